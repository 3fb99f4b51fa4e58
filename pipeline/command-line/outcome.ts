import type { Desk } from './follow-run.ts';

/** What a verb leaves behind for its user. */
export interface Outcome {
  readonly exitCode: 0 | 1 | 130;
  /** The result in words. */
  readonly lines: readonly string[];
  /** The result for machines: plain JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** A verb with its user: runs the pipeline, shows progress, says what came of it. */
export type CommandOf<T> = (options: T, desk: Desk) => Promise<Outcome>;
