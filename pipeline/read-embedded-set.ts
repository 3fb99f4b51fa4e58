import { PipelineError } from '../operators/errors.ts';
import type { EmbeddingLayer } from '../operators/metrics/neighbours/unit-vectors.ts';
import type { VectorsInMemory } from '../operators/metrics/neighbours/vectors-in-memory.ts';
import { openEmbeddings } from '../outputs/read-embeddings.ts';

/** One layer of an export, and what identifies it. */
export interface ReadSet extends VectorsInMemory {
  /** Hash of the dataset that was embedded: two exports of one dataset have the same. */
  readonly datasetHash: string;
  /** Hash of the weights that embedded it. */
  readonly modelHash: string;
}

/**
 * Reads one layer of a finished export into memory: 4 bytes for each value, and the ids.
 *
 * @throws {PipelineError} `ERR_FORMAT` when there is no finished export, or it does not hold the layer.
 */
export async function readEmbeddedSet(
  folder: string,
  layer: EmbeddingLayer,
  signal: AbortSignal,
): Promise<ReadSet> {
  const reader = await openEmbeddings(folder);
  const dim = reader.sizes[layer];
  if (dim === undefined) {
    throw new PipelineError(
      'ERR_FORMAT',
      `\`${folder}\` holds no \`${layer}\`, only \`${Object.keys(reader.sizes).join('`, `')}\`. ` +
        `Export it with \`sincere embed --layer both\`, or choose another \`--layer\`.`,
      { path: folder },
    );
  }
  const ids: string[] = [];
  const labels = new Int32Array(reader.rows);
  // Shared, so that threads read it without a copy of their own.
  const rows = new Float32Array(new SharedArrayBuffer(4 * reader.rows * dim));
  for await (const block of reader.blocks()) {
    signal.throwIfAborted();
    labels.set(block.labels, ids.length);
    rows.set(block[layer]!, ids.length * dim);
    ids.push(...block.ids);
  }
  const { classes, manifest } = reader;
  return {
    name: folder,
    classes,
    ids,
    labels,
    dim,
    rows,
    datasetHash: manifest.dataset.hash,
    modelHash: manifest.model.hash,
  };
}
