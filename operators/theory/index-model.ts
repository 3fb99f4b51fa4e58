import { permutation, type Random } from '../random.ts';
import type { GaussianPair } from './gaussian-pair.ts';

/** Size of the generative model: samples, and targets among them. */
export interface IndexModelSize {
  /** Samples, targets and noise together. */
  readonly count: number;
  /** |T|, from 1 to `count`; 1 is the self-supervised model. */
  readonly targets: number;
}

/** One draw from the generative model. */
export interface IndexDraw {
  /** The samples X; those at `index` and `others` come from p⁺, the rest from p⁻. */
  readonly samples: readonly Float64Array[];
  /** S, the target that is asked for. */
  readonly index: number;
  /** T without S, in rising order. */
  readonly others: readonly number[];
}

/**
 * Samples the generative model: the target set T (uniform among sets of its size), S (uniform in T)
 * and then every sample independently from its density.
 *
 * @throws {RangeError} When the size is impossible.
 * @see Feeney and Hughes, arXiv:2309.14277 (by our reading Definitions 2 and 5).
 */
export function drawIndices(
  pair: GaussianPair,
  { count, targets }: IndexModelSize,
  random: Random,
): IndexDraw {
  if (!Number.isInteger(count) || !Number.isInteger(targets) || targets < 1 || targets > count) {
    throw new RangeError(
      `Expected \`targets\` to be an integer from 1 to \`count\`, got \`${targets}\` of \`${count}\``,
    );
  }
  const [index = 0, ...others] = permutation(count, random).subarray(0, targets);
  const isTarget = new Set([index, ...others]);
  const samples = Array.from({ length: count }, (_, at) =>
    pair.draw(isTarget.has(at) ? 'target' : 'noise', random),
  );
  return { samples, index, others: others.toSorted((a, b) => a - b) };
}
