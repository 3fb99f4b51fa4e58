import type { RunScope } from '../../operators/flow/run-scope.ts';
import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import { type ExportedSet, noteUnusable, openVectorSet } from './open-vector-set.ts';
import type { OpenedSet } from './opened-set.ts';
import type { TellNote } from './run-event.ts';
import type { TellProgress } from './run-task.ts';

/** Options of opening a set of vectors. */
export interface OpenSetOptions {
  /** Layer that was asked for; null: `projection` of an export, and of a file as its rows are. */
  readonly layer: EmbeddingLayer | null;
  /** Column of a file whose values become `attribute`. @default none */
  readonly by?: string | null | undefined;
  /** Take rows of a file that have another length than 1 without a word: whoever uses them sees to it. @default false */
  readonly asTheyAre?: boolean | undefined;
}

/** What a set is opened in: `OpeningScope` of a run, or the scope of a task and what it tells its progress with. */
export interface SetScope extends Pick<RunScope, 'signal' | 'use'> {
  /** @default nobody is told */
  readonly tell?: TellProgress | undefined;
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
  { signal }: SetScope,
  note: TellNote,
): Promise<OpenedSet> {
  const chosen = layer ?? 'projection';
  const set = await openVectorSet(location, chosen, signal);
  noteUnusable(set, note);
  return exportedSet(set, chosen);
}

function exportedSet(set: ExportedSet, layer: EmbeddingLayer): OpenedSet {
  return {
    ...set,
    layer,
    file: null,
    attribute: null,
    on: (other) => exportedSet(set.on(other), other),
  };
}
