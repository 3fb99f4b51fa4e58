import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import type { VectorsInMemory } from '../../operators/evaluation/vectors/vectors-in-memory.ts';
import { type ExportedSet, openVectorSet } from './open-vector-set.ts';

/** One layer of an export in memory, and what identifies it. */
export type ReadSet = VectorsInMemory & Pick<ExportedSet, 'datasetHash' | 'modelHash' | 'unusable'>;

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
  const set = await openVectorSet(folder, layer, signal);
  const { name, classes, count, dim, labels, datasetHash, modelHash, unusable } = set;
  // Shared, so that threads read it without a copy of their own.
  const rows = new Float32Array(new SharedArrayBuffer(4 * count * dim));
  for await (const block of set.blocks()) rows.set(block.rows, block.first * dim);
  const ids = Array.from({ length: count }, (_, position) => set.id(position));
  return { name, classes, ids, labels, dim, rows, datasetHash, modelHash, unusable };
}
