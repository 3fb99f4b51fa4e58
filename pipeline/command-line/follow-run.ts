import { lastValueFrom, type MonoTypeOperatorFunction } from 'rxjs';
import type { ScopedRun } from '../../operators/flow/run-scope.ts';
import type { CommandContext } from './command-context.ts';
import { stopOnSignals } from './interrupts.ts';

/** Options of `followRun`. */
export interface FollowOptions<T> {
  /** Sees every emission. */
  readonly progress?: MonoTypeOperatorFunction<T> | undefined;
  /** See `InterruptOptions`. */
  readonly continueWith?: string | undefined;
  /** See `InterruptOptions`. @default false */
  readonly partial?: boolean | undefined;
}

/** Outcome of a followed run. */
export interface FollowedRun<T> {
  /** Its last emission; undefined when there was none. */
  readonly last: T | undefined;
  /** A signal ended it before it was done. */
  readonly interrupted: boolean;
}

/**
 * The one subscription: follows a run to its end, with progress and signals, until everything is closed.
 *
 * @throws What the run fails with, unless it fails because a signal aborted it.
 */
export async function followRun<T>(
  run: ScopedRun<T>,
  { status, signals }: Pick<CommandContext, 'status' | 'signals'>,
  options: FollowOptions<T> = {},
): Promise<FollowedRun<T>> {
  const { progress = (output$) => output$, continueWith, partial } = options;
  const interrupts = stopOnSignals(run, { signals, say: status.say, continueWith, partial });
  try {
    const last = await lastValueFrom<T, undefined>(run.output$.pipe(progress), {
      defaultValue: undefined,
    });
    return { last, interrupted: interrupts.strength > 0 };
  } catch (error) {
    if (error !== interrupts.reason) throw error;
    return { last: undefined, interrupted: true };
  } finally {
    status.end();
    // Of a run that failed, the failure is what the user hears; that closing failed as well adds nothing.
    await run.closed.catch(() => {});
  }
}
