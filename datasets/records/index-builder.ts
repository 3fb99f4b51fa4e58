import { PipelineError } from '../../operators/errors.ts';
import { packedStrings } from '../../operators/packed-strings.ts';
import type { Sample } from '../../operators/types.ts';
import type { StoredObject } from '../store/object-store.ts';
import { datasetHash } from './dataset-hash.ts';
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
   * The images in order of their ids.
   *
   * @param objects All that images name.
   * @param classes Further classes, which may have no image. @default those of the images
   * @throws {PipelineError} `ERR_DATASET` when two images have one id.
   */
  finish(objects: readonly StoredObject[], classes?: readonly string[]): ImageIndex;
}

/** Begins an index: holds some 30 bytes and the id for each image. @param name The source as messages call it. */
export function indexBuilder(name: string): IndexBuilder {
  const ids: string[] = [];
  const found: FoundImage[] = [];
  return {
    get count() {
      return ids.length;
    },
    add(image) {
      ids.push(image.id);
      found.push(image);
    },
    finish(objects, further = []) {
      const order = Uint32Array.from(found.keys()).sort((a, b) => compare(ids[a]!, ids[b]!));
      requireDifferent(name, order, ids);
      const sorted = Array.from(order, (at) => found[at]!);
      const classes = [...new Set([...further, ...found.flatMap((one) => one.classes)])].sort();
      const labelOf = new Map(classes.map((one, label) => [one, label]));
      const labels = Int32Array.from(sorted, ({ classes: [first] }) =>
        first === undefined ? -1 : labelOf.get(first)!,
      );
      const packed = packedStrings(sorted.map(({ id }) => id));
      const sample = (position: number): Sample => ({
        id: packed.at(position),
        label: labels[position] === -1 ? null : labels[position]!,
      });
      const labelSets = new Map(
        sorted.flatMap(({ classes: own }, position) =>
          own.length < 2
            ? []
            : [[position, own.map((one) => labelOf.get(one)!).sort((a, b) => a - b)] as const],
        ),
      );
      return {
        classes,
        ids: packed,
        labels,
        ...(labelSets.size === 0 ? {} : { labelSets }),
        objects,
        object: Uint32Array.from(sorted, ({ object }) => object),
        from: Float64Array.from(sorted, ({ from = 0 }) => from),
        bytes: Float64Array.from(sorted, ({ bytes = -1 }) => bytes),
        ...(sorted[0]?.crc32 === undefined
          ? {}
          : { crc32: Uint32Array.from(sorted, ({ crc32 }) => crc32!) }),
        hash: datasetHash({ classes, count: sorted.length, sample }),
      };
    },
  };
}

/** Order of UTF-16 code units, as sorting without a comparator has it. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function requireDifferent(name: string, order: Uint32Array, ids: readonly string[]): void {
  for (let at = 1; at < order.length; at += 1) {
    const id = ids[order[at]!]!;
    if (id !== ids[order[at - 1]!]) continue;
    throw new PipelineError(
      'ERR_DATASET',
      `\`${name}\` holds two images of the id \`${id}\`. Give each image an id of its own`,
      { sample: id },
    );
  }
}
