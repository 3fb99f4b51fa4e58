import { setImmediate } from 'node:timers/promises';
import { seededRandom } from '../random.ts';
import { boundChecks, boundGrid, otherScoreChecks } from './bound-checks.ts';
import type { CheckContext } from './check-context.ts';
import { calibrationChecks, logRatioChecks, posteriorChecks } from './posterior-checks.ts';
import { descentChecks, simplexChecks } from './simplex-checks.ts';
import type { TheoryRow } from './theory-row.ts';

/** Progress of the checks. */
export interface TheoryProgress {
  /** Parts behind us, each with some rows. */
  readonly done: number;
  readonly total: number;
}

/** Options of the checks. */
export interface CheckTheoryOptions {
  /** Random seed: the rows are a function of it and of `draws`. */
  readonly seed: number;
  /**
   * Monte-Carlo draws of each value, up to 50 times as many where they are cheap. An integer of at least
   * 1,000: fewer do not show their own spread.
   */
  readonly draws: number;
  /** Called before the first part and after each. */
  readonly progress?: ((progress: TheoryProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Checks the propositions, the bound and the fixed point of the paper with densities that are known.
 *
 * Takes the calling thread, in pieces of some ten milliseconds: about 15 s for 20,000 draws, nearly all
 * of them for the bound. TensorFlow.js is left on its `cpu` backend.
 *
 * @returns A row for each check. One that does not hold is a row like the others, not an error.
 * @throws {RangeError} When `draws` is out of its range.
 * @throws The reason of `signal`, when it is aborted.
 */
export async function checkTheory(options: CheckTheoryOptions): Promise<readonly TheoryRow[]> {
  const { seed, draws, progress, signal } = options;
  if (!(Number.isInteger(draws) && draws >= 1000)) {
    throw new RangeError(`Expected \`draws\` to be an integer of at least 1000, got \`${draws}\``);
  }
  const context: CheckContext = {
    random: (...keys) => seededRandom('theory', seed, ...keys),
    draws,
    async pause() {
      await setImmediate();
      signal?.throwIfAborted();
    },
  };
  const rows: TheoryRow[] = [];
  for (const [done, part] of parts.entries()) {
    progress?.({ done, total: parts.length });
    await context.pause();
    rows.push(...(await part(context)));
  }
  progress?.({ done: parts.length, total: parts.length });
  return rows;
}

const losses = ['sincere', 'supcon'] as const;

const parts: readonly ((context: CheckContext) => Promise<readonly TheoryRow[]>)[] = [
  posteriorChecks,
  calibrationChecks,
  logRatioChecks,
  otherScoreChecks,
  ...losses.map((loss) => (context: CheckContext) => simplexChecks(context, loss)),
  ...losses.map((loss) => (context: CheckContext) => descentChecks(context, loss)),
  ...boundGrid.divergences.map(
    (divergence) => (context: CheckContext) => boundChecks(context, divergence),
  ),
];
