import { digestBytes } from '../../operators/image-content.ts';
import type { TellNote } from './run-event.ts';
import { packedStrings, type PackedStrings } from '../../operators/packed-strings.ts';
import { PipelineError } from '../../operators/errors.ts';
import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { selectedVectors } from '../../operators/evaluation/vectors/selected-vectors.ts';
import {
  type RowFault,
  shownFaults,
  type UnusableRows,
  vectorFault,
} from '../../operators/vector-fault.ts';
import {
  type EmbeddingsBlock,
  type EmbeddingsReader,
  openEmbeddings,
} from '../../outputs/embeddings/read-embeddings.ts';
import { imagesHash } from './images-hash.ts';
import { counted } from '../../operators/message-words.ts';
import { decisivePrecision } from '../../outputs/embeddings/embeddings-identity.ts';
import type { Json, JsonObject } from '../../operators/files/json.ts';

/** One layer of an export, and what identifies it. */
export interface ExportedSet extends VectorSet {
  /** Lengths of the layers that it holds. */
  readonly sizes: EmbeddingsReader['sizes'];
  /** `Dataset.hash`: of classes and names, not of the images under them. */
  readonly datasetHash: string;
  /** Identity of the images themselves: see `imagesHash`. */
  readonly imagesHash: string;
  /** Hash of the weights that embedded it. */
  readonly modelHash: string;
  /** Precision that it was embedded in, with its scales; null for float32. */
  readonly precision: Json;
  /** Preprocessing of its images, as its manifest states it. */
  readonly preprocessing: JsonObject;
  /** Rows that were left out, because a vector of theirs has no direction. */
  readonly unusable: UnusableRows;
  /** The same rows on another layer; nothing is read anew. @throws {PipelineError} `ERR_FORMAT` when there is none. */
  on(layer: EmbeddingLayer): ExportedSet;
}

/**
 * Opens one layer of a finished export. Ids and classes are read at once, vectors whenever they are asked for:
 * memory is some tens of bytes for an image, whatever the length of a vector.
 *
 * A row with a number that is not finite, or a vector without a length, on any layer, is left out and counted: older
 * exports and those of others hold such rows. So every layer of an export has the same rows.
 *
 * @param signal Ends the reading, now and of blocks later.
 * @throws {PipelineError} `ERR_FORMAT` when there is no finished export, it does not hold the layer, or none of its
 * rows can be used.
 */
export async function openVectorSet(
  folder: string,
  layer: EmbeddingLayer,
  signal: AbortSignal,
): Promise<ExportedSet> {
  const reader = await openEmbeddings(folder);
  const { classes, manifest, rows: count } = reader;
  // Refused before anything is read.
  dimOf(reader, layer);
  const labels = new Int32Array(count);
  const digests = new Uint8Array(count * digestBytes);
  if (count === 0) throw withoutRows(reader);
  const images = imagesHash(reader);
  const ids: PackedStrings[] = [];
  const firsts: number[] = [];
  const usable: number[] = [];
  const faults: Partial<Record<RowFault, number>> = {};
  let first = 0;
  for await (const block of reader.blocks()) {
    signal.throwIfAborted();
    labels.set(block.labels, first);
    if (block.digests !== undefined) digests.set(block.digests, first * digestBytes);
    images.add(block);
    ids.push(packedStrings(block.ids));
    firsts.push(first);
    for (const [row, fault] of faultsOf(block).entries()) {
      if (fault === undefined) usable.push(first + row);
      else faults[fault] = (faults[fault] ?? 0) + 1;
    }
    first += block.ids.length;
  }
  const vectorsOn = (one: EmbeddingLayer): VectorSet => ({
    name: folder,
    classes,
    count,
    dim: dimOf(reader, one),
    labels,
    digests,
    id(position) {
      if (!Number.isInteger(position) || position < 0 || position >= count) {
        throw new RangeError(
          `Expected \`position\` to be an integer from 0 to ${count - 1}, got \`${position}\``,
        );
      }
      const at = lastAtMost(firsts, position);
      return ids[at]!.at(position - firsts[at]!);
    },
    async *blocks() {
      let next = 0;
      for await (const block of reader.blocks()) {
        signal.throwIfAborted();
        yield { first: next, rows: block[one]! };
        next += block.ids.length;
      }
    },
  });
  const identity = {
    sizes: reader.sizes,
    datasetHash: manifest.dataset.hash,
    imagesHash: images.digest(),
    modelHash: manifest.model.hash,
    precision: decisivePrecision(manifest.model),
    preprocessing: manifest.preprocessing,
  };
  const on = (one: EmbeddingLayer): ExportedSet => ({
    ...usableSet(vectorsOn(one), usable, faults),
    ...identity,
    on,
  });
  return on(layer);
}

/** Fault of each row of a block on the first layer that has one; undefined for a row that can be used. */
function faultsOf(block: EmbeddingsBlock): readonly (RowFault | undefined)[] {
  const count = block.ids.length;
  const layers = [block.embedding, block.projection].filter((layer) => layer !== undefined);
  return block.ids.map((_, row) => {
    for (const layer of layers) {
      const size = layer.length / count;
      const fault = vectorFault(layer, row * size, size);
      if (fault !== undefined) return fault;
    }
    return undefined;
  });
}

function usableSet(
  all: VectorSet,
  usable: readonly number[],
  faults: UnusableRows['faults'],
): VectorSet & Pick<ExportedSet, 'unusable'> {
  const rows = all.count - usable.length;
  if (rows === 0) return { ...all, unusable: { rows, first: null, faults } };
  const gap = usable.findIndex((position, at) => position !== at);
  const first = all.id(gap === -1 ? usable.length : gap);
  if (usable.length > 0) {
    return { ...selectedVectors(all, Int32Array.from(usable)), unusable: { rows, first, faults } };
  }
  throw new PipelineError(
    'ERR_FORMAT',
    `\`${all.name}\` holds no vector that can be used: of ${counted(rows, 'row')} ${shownFaults(faults)}. ` +
      'Export it again, with another model or the preprocessing that it was made with.',
    { path: all.name },
  );
}

/** Tells which rows of a set were left out, if any were. */
export function noteUnusable(
  { name, unusable }: Pick<ExportedSet, 'name' | 'unusable'>,
  note: TellNote,
): void {
  const { rows, first, faults } = unusable;
  if (rows === 0) return;
  const verb = rows === 1 ? 'is' : 'are';
  note(
    `${counted(rows, 'row')} of \`${name}\` ${verb} left out, such as \`${first}\`: ${shownFaults(faults)}`,
  );
}

/** An export of which every image was left out. */
function withoutRows({ path, manifest }: EmbeddingsReader): PipelineError {
  const left = manifest.parts.reduce((sum, { bad }) => sum + bad.length, 0);
  return new PipelineError(
    'ERR_FORMAT',
    `\`${path}\` holds no rows: ${left === 0 ? 'it is of no images' : `${counted(left, 'image was', 'images were')} left out, and \`quarantine.arrow\` in it says why`}. ` +
      'Export it again, with images and a model that give vectors.',
    { path },
  );
}

function dimOf({ path, sizes }: EmbeddingsReader, layer: EmbeddingLayer): number {
  const dim = sizes[layer];
  if (dim !== undefined) return dim;
  throw new PipelineError(
    'ERR_FORMAT',
    `\`${path}\` holds no \`${layer}\`, only \`${Object.keys(sizes).join('`, `')}\`. ` +
      `Choose that one as \`layer\`; \`layer: both\` exports all that a model gives.`,
    { path, options: ['layer'] },
  );
}

/** Binary search: the position of the last of ascending numbers that is not above `value`. */
function lastAtMost(ascending: readonly number[], value: number): number {
  let [low, high] = [0, ascending.length];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}
