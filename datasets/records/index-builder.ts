import { PipelineError } from '../../operators/errors.ts';
import { stringColumn, type StringColumn } from '../../operators/string-column.ts';
import type { Sample } from '../../operators/types.ts';
import type { StoredObject } from '../store/object-store.ts';
import { storedObjects, type StoredObjects } from '../store/stored-objects.ts';
import { datasetHash } from './dataset-hash.ts';
import { numberColumn } from './number-column.ts';
import type { ImageIndex } from './image-index.ts';

/** An image as a source finds it. */
export interface FoundImage {
  readonly id: string;
  /** Names of its classes as the source has them: none when unknown, the first is the one that plans balance. */
  readonly classes: readonly string[];
  /** Place of its object among those of the index. */
  readonly object: number;
  /** First byte, or row of a table. @default 0 */
  readonly from?: number | undefined;
  /** Size in bytes. @default unknown */
  readonly bytes?: number | undefined;
  /** Given for all images or for none. */
  readonly crc32?: number | undefined;
}

/** Collects the images of a source in any order. */
export interface IndexBuilder {
  readonly count: number;
  add(image: FoundImage): void;
  /**
   * The images in order of their ids. The builder is of no use afterwards.
   *
   * @param objects All that images name.
   * @param classes Further classes, which may have no image. @default those of the images
   * @throws {PipelineError} `ERR_DATASET` when two images have one id.
   */
  finish(objects: readonly StoredObject[] | StoredObjects, classes?: readonly string[]): ImageIndex;
}

/** Begins an index: holds some 30 bytes and the id for each image. @param name The source as messages call it. */
export function indexBuilder(name: string): IndexBuilder {
  const ids = stringColumn();
  const numbers = {
    // Of the class in `names`, -1 without one.
    first: numberColumn((size) => new Int32Array(size)),
    object: numberColumn((size) => new Uint32Array(size)),
    from: numberColumn((size) => new Float64Array(size)),
    bytes: numberColumn((size) => new Float64Array(size)),
    crc32: numberColumn((size) => new Uint32Array(size)),
  };
  const names = new Map<string, number>();
  const several = new Map<number, readonly string[]>();
  let sums = 0;
  return {
    get count() {
      return ids.length;
    },
    add({ id, classes, object, from = 0, bytes = -1, crc32 }) {
      for (const one of classes) if (!names.has(one)) names.set(one, names.size);
      if (classes.length > 1) several.set(ids.length, classes);
      ids.push(id);
      numbers.first.push(classes[0] === undefined ? -1 : names.get(classes[0])!);
      numbers.object.push(object);
      numbers.from.push(from);
      numbers.bytes.push(bytes);
      numbers.crc32.push(crc32 ?? 0);
      if (crc32 !== undefined) sums += 1;
    },
    finish(objects, further = []) {
      const order = ids.order();
      requireDifferent(name, order, ids);
      const found = [...names.keys()];
      const classes = [...new Set([...further, ...found])].sort();
      const labelOf = new Map(classes.map((one, label) => [one, label]));
      const first = numbers.first.inOrder(order);
      const labels = first.map((at) => (at === -1 ? -1 : labelOf.get(found[at]!)!));
      const packed = ids.packed(order);
      const labelSets = new Map<number, readonly number[]>();
      for (const [position, at] of order.entries()) {
        const own = new Set(several.get(at)?.map((one) => labelOf.get(one)!));
        if (own.size > 1)
          labelSets.set(
            position,
            [...own].sort((a, b) => a - b),
          );
      }
      const sample = (position: number): Sample => ({
        id: packed.at(position),
        label: labels[position] === -1 ? null : labels[position]!,
        ...(labelSets.has(position) ? { labels: labelSets.get(position) } : {}),
      });
      return {
        classes,
        ids: packed,
        labels,
        ...(labelSets.size === 0 ? {} : { labelSets }),
        objects: 'versions' in objects ? objects : storedObjects(objects),
        object: numbers.object.inOrder(order),
        from: numbers.from.inOrder(order),
        bytes: numbers.bytes.inOrder(order),
        ...(sums > 0 && sums === ids.length ? { crc32: numbers.crc32.inOrder(order) } : {}),
        hash: datasetHash({ classes, count: order.length, sample }),
      };
    },
  };
}

function requireDifferent(name: string, order: Uint32Array, ids: StringColumn): void {
  for (let at = 1; at < order.length; at += 1) {
    if (ids.compare(order[at - 1]!, order[at]!) !== 0) continue;
    const id = ids.at(order[at]!);
    throw new PipelineError(
      'ERR_DATASET',
      `\`${name}\` holds two images of the id \`${id}\`. Give each image an id of its own`,
      { sample: id },
    );
  }
}
