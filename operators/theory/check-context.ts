import type { Random } from '../random.ts';

/** What a check works with. */
export interface CheckContext {
  /** A generator of its own for each use, a function of the seed and `keys`. */
  readonly random: (...keys: readonly (string | number)[]) => Random;
  /** Monte-Carlo draws of each value. */
  readonly draws: number;
  /** Lets others have the thread. To be awaited every few milliseconds. @throws When the checks are aborted. */
  readonly pause: () => Promise<void>;
}

/**
 * Standard errors that a drawn value may be off. Chance alone exceeds them once in two million values, so
 * a check that fails has found something, whatever the seed.
 */
export const standardErrors = 5;
