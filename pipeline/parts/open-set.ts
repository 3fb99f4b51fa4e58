import type { RunScope } from '../../operators/flow/run-scope.ts';
import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import { type ExportedSet, noteUnusable, openVectorSet } from './open-vector-set.ts';
import type { TellNote } from './run-event.ts';

/** Options of opening a set of vectors. */
export interface OpenSetOptions {
  /** Layer that was asked for; null: `projection` of an export, and of a file as its rows are. */
  readonly layer: EmbeddingLayer | null;
}

/** Vectors, whoever wrote them, and the layer that they are compared as. */
export interface OpenedSet extends ExportedSet {
  readonly layer: EmbeddingLayer;
}

/**
 * Opens vectors at a location: a finished export.
 *
 * Rows that cannot be used are left out and told. What it holds open ends with the scope.
 *
 * @throws {PipelineError} `ERR_FORMAT` when there are none, or none can be used.
 */
export async function openSet(
  location: string,
  { layer }: OpenSetOptions,
  { signal }: Pick<RunScope, 'signal' | 'use'>,
  note: TellNote,
): Promise<OpenedSet> {
  const chosen = layer ?? 'projection';
  const set = await openVectorSet(location, chosen, signal);
  noteUnusable(set, note);
  return { ...set, layer: chosen };
}
