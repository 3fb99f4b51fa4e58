import type { RunScope } from '../../operators/flow/run-scope.ts';
import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
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
