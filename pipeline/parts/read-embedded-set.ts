import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import type { VectorsInMemory } from '../../operators/evaluation/vectors/vectors-in-memory.ts';
import { openRest } from './open-set.ts';
import type { SetScope } from './set-options.ts';
import type { OpenedSet } from './opened-set.ts';
import type { TellNote } from './run-event.ts';

/** Vectors in memory, and what identifies them. */
export type ReadSet = VectorsInMemory &
  Pick<OpenedSet, 'layer' | 'file' | 'datasetHash' | 'modelHash' | 'excluded' | 'unusable'>;

/**
 * Reads vectors into memory, as they are: 4 bytes for each value, and the ids.
 *
 * @throws {PipelineError} `ERR_FORMAT` when there are none, or an export does not hold the layer.
 */
export async function readEmbeddedSet(
  location: string,
  { layer, exclude }: { readonly layer: EmbeddingLayer | null; readonly exclude: string | null },
  scope: SetScope,
  note: TellNote,
): Promise<ReadSet> {
  const set = await openRest(location, { layer, exclude, asTheyAre: true }, scope, note);
  const { name, classes, count, dim, labels, datasetHash, modelHash, file } = set;
  const { excluded, unusable } = set;
  // Shared, so that threads read it without a copy of their own.
  const rows = new Float32Array(new SharedArrayBuffer(4 * count * dim));
  for await (const block of set.blocks()) rows.set(block.rows, block.first * dim);
  const ids = Array.from({ length: count }, (_, position) => set.id(position));
  const provenance = { layer: set.layer, file, datasetHash, modelHash, excluded, unusable };
  return { name, classes, ids, labels, dim, rows, ...provenance };
}
