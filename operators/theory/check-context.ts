import type { Random } from '../random.ts';

/** Context of a check. */
export interface CheckContext {
  /** A generator of its own for each use, a function of the seed and `keys`. */
  readonly random: (...keys: readonly (string | number)[]) => Random;
  /** Monte-Carlo draws of each value. */
  readonly draws: number;
  /**
   * Yields to the event loop; awaited every few milliseconds. @throws When the checks are aborted.
   */
  readonly pause: () => Promise<void>;
}

/**
 * Tolerance in standard errors (5 σ). Chance alone exceeds it once in two million values, so a
 * check that fails has found something, whatever the seed.
 */
export const standardErrors = 5;
