import type { NextSteps } from '../next/next-step.ts';
import type { Resolved, Verb } from '../options/verb.ts';
import type { RunProgress } from '../parts/run-event.ts';
import type { Run } from '../parts/start-run.ts';
import type { CommandContext } from './command-context.ts';

/** Plain JSON by name. */
export type JsonFields = Readonly<Record<string, unknown>>;

/**
 * A verb as a person meets it: what is run, and how its result reads in words and as JSON. `perform` does the rest.
 *
 * @typeParam O Options, as they are given.
 * @typeParam R The result of the run.
 * @typeParam S The `step` of its progress.
 */
export interface Command<O, R, S = null> {
  readonly verb: Verb<O>;
  readonly run: (options: O) => Run<R, S>;
  /** Resumable with `resume` after an interruption: the first signal then saves, instead of aborting. */
  readonly resumable?: boolean | undefined;
  /** Has a result of what it came to by then when it is stopped; the first signal then waits for it. @default false */
  readonly partial?: boolean | undefined;
  /** Options that the environment decides. @default as they are given */
  readonly prepare?: ((options: Resolved<O>, context: CommandContext) => Resolved<O>) | undefined;
  /** The result in words. */
  readonly lines: (result: R, ended: Ended<O>) => readonly string[];
  /** Commands that make sense next, the likeliest first. Files may be looked at, and whatever is wrong with them is no news. */
  readonly next: (result: R, ended: Ended<O>) => NextSteps | Promise<NextSteps>;
  /** In words, when there is no result. */
  readonly stopped: (options: Resolved<O>, last: RunProgress<S> | undefined) => string;
  /** JSON that is there with and without a result. */
  readonly about: (options: Resolved<O>) => JsonFields;
  /** JSON of the result; comes before `about`. */
  readonly json: (result: R, options: Resolved<O>) => JsonFields;
  /** Tests whether the result itself says that something is wrong. @default it never does */
  readonly failed?: ((result: R) => boolean) | undefined;
}

/** Circumstances of a result: how its run came to it. */
export interface Ended<O> {
  readonly options: Resolved<O>;
  readonly interrupted: boolean;
  /** The words before the verb that the user types, such as `sincere`. */
  readonly calledAs: string;
}
