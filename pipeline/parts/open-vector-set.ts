import { digestBytes } from '../../operators/image-content.ts';
import { packedStrings, type PackedStrings } from '../../operators/packed-strings.ts';
import { PipelineError } from '../../operators/errors.ts';
import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { type EmbeddingsReader, openEmbeddings } from '../../outputs/embeddings/read-embeddings.ts';
import { jsonHash } from '../../outputs/files/json.ts';
import { imagesHash } from './images-hash.ts';

/** One layer of an export, and what identifies it. */
export interface ExportedSet extends VectorSet {
  /** `Dataset.hash`: of classes and names, not of the images under them. */
  readonly datasetHash: string;
  /** Identity of the images themselves: see `imagesHash`. */
  readonly imagesHash: string;
  /** Hash of the weights that embedded it. */
  readonly modelHash: string;
  /** Hash of the preprocessing of its images. */
  readonly preprocessingHash: string;
}

/**
 * Opens one layer of a finished export. Ids and classes are read at once, vectors whenever they are asked for:
 * memory is some tens of bytes for an image, whatever the length of a vector.
 *
 * @param signal Ends the reading, now and of blocks later.
 * @throws {PipelineError} `ERR_FORMAT` when there is no finished export, or it does not hold the layer.
 */
export async function openVectorSet(
  folder: string,
  layer: EmbeddingLayer,
  signal: AbortSignal,
): Promise<ExportedSet> {
  const reader = await openEmbeddings(folder);
  const { classes, manifest, rows: count } = reader;
  const dim = dimOf(reader, layer);
  const labels = new Int32Array(count);
  const digests = new Uint8Array(count * digestBytes);
  const images = imagesHash(reader);
  const ids: PackedStrings[] = [];
  const firsts: number[] = [];
  let first = 0;
  for await (const block of reader.blocks()) {
    signal.throwIfAborted();
    labels.set(block.labels, first);
    if (block.digests !== undefined) digests.set(block.digests, first * digestBytes);
    images.add(block);
    ids.push(packedStrings(block.ids));
    firsts.push(first);
    first += block.ids.length;
  }
  return {
    name: folder,
    classes,
    count,
    dim,
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
        yield { first: next, rows: block[layer]! };
        next += block.ids.length;
      }
    },
    datasetHash: manifest.dataset.hash,
    imagesHash: images.digest(),
    modelHash: manifest.model.hash,
    preprocessingHash: jsonHash(manifest.preprocessing),
  };
}

function dimOf({ path, sizes }: EmbeddingsReader, layer: EmbeddingLayer): number {
  const dim = sizes[layer];
  if (dim !== undefined) return dim;
  throw new PipelineError(
    'ERR_FORMAT',
    `\`${path}\` holds no \`${layer}\`, only \`${Object.keys(sizes).join('`, `')}\`. ` +
      `Export it with \`layer: both\`, or choose another \`layer\`.`,
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
