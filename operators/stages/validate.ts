import { defer, finalize, merge, type MonoTypeOperatorFunction, Subject } from 'rxjs';
import { beforeComplete } from '../flow/before-complete.ts';
import { mapInTurn } from '../flow/map-in-turn.ts';
import { oneAtATime } from '../flow/one-at-a-time.ts';
import type { StepResult } from '../step/step-result.ts';
import type { TrainerState } from '../types.ts';

/** Validator of training states. */
export interface Validator {
  /**
   * Measures a state on images that are not trained on, and keeps what it found: settles when that is on the disk.
   *
   * @param state Borrowed until then.
   * @param signal Aborts when nobody waits for it any more.
   */
  validate(state: TrainerState, signal: AbortSignal): Promise<void>;
}

/** Options of `validate`. */
export interface ValidateOptions {
  /** Selects the states to validate, by the steps behind them. */
  readonly due: (steps: number) => boolean;
  /** State to begin with, such as one that a killed run had not validated yet. @default none */
  readonly first?: TrainerState | undefined;
}

const live = new WeakSet<Validator>();

/**
 * Validation beside training: hands each state that is due to a validator, and passes every result on, in order, while
 * that one works.
 *
 * One validation is under way at a time, and they are made in the order of their steps. A result that carries a state
 * waits until those of earlier states have ended, so that what saves it, behind this stage, saves nothing that a
 * validation is missing before. Completes when the last one has ended; a failed one is the error of the stream at once.
 *
 * Stands before `saveCheckpoints`. Memory: one state, beside those that pass.
 *
 * @param validator Borrowed. A second live stream into it is an `ERR_CONTRACT`.
 * @example
 * ```ts
 * const evaluator: Validator = {
 *   validate: async ({ step, weights }) => console.log(step, weights.size),
 * };
 * const validation = validate(evaluator, { due: (steps) => steps % 100 === 0 });
 * ```
 */
export function validate<R>(
  validator: Validator,
  options: ValidateOptions,
): MonoTypeOperatorFunction<StepResult<R>> {
  const { due, first } = options;
  const beside: MonoTypeOperatorFunction<StepResult<R>> = (source) =>
    defer(() => {
      const ended = new AbortController();
      // Ends with the results, or with a failure that none of them waits for.
      const failure$ = new Subject<never>();
      let running = Promise.resolve();
      const begin = (state: TrainerState): void => {
        running = validator.validate(state, ended.signal);
        running.catch((error: unknown) => failure$.error(error));
      };
      const result$ = source.pipe(
        mapInTurn(async (result) => {
          const { state } = result;
          if (state === undefined) return result;
          await running;
          if (due(state.step)) begin(state);
          return result;
        }),
        beforeComplete(async () => {
          await running;
          failure$.complete();
        }),
      );
      if (first !== undefined) begin(first);
      return merge(failure$, result$).pipe(finalize(() => ended.abort()));
    });
  return oneAtATime(live, validator, 'validator', beside);
}
