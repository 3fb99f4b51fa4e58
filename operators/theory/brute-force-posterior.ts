import type { GaussianPair } from './gaussian-pair.ts';

/**
 * Posterior by enumeration, a second opinion on `indexPosterior`: every target set T of the size
 * and every S in it is a hypothesis of equal prior, its likelihood the product of the explicit
 * densities; those with other targets than the given ones are ruled out, the rest normalised.
 *
 * Takes time with the number of sets, `count! / (targets! (count − targets)!)`: for a dozen samples.
 *
 * @param others Positions of the other targets, so there are `others.length + 1` targets.
 * @returns As many as there are samples, with sum 1.
 */
export function bruteForcePosterior(
  pair: GaussianPair,
  samples: readonly ArrayLike<number>[],
  others: readonly number[],
): number[] {
  const logTarget = samples.map((x) => pair.logDensity('target', x));
  const logNoise = samples.map((x) => pair.logDensity('noise', x));
  const logWeights = samples.map(() => Number.NEGATIVE_INFINITY);
  for (const targets of subsets(samples.length, others.length + 1)) {
    const logLikelihood = samples.reduce(
      (sum, _, at) => sum + (targets.has(at) ? logTarget : logNoise)[at]!,
      0,
    );
    for (const index of targets) {
      if (others.every((other) => other !== index && targets.has(other))) {
        logWeights[index] = logLikelihood;
      }
    }
  }
  const largest = Math.max(...logWeights);
  const weights = logWeights.map((value) => Math.exp(value - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** All sets of `size` numbers below `count`. */
function* subsets(count: number, size: number): Generator<ReadonlySet<number>> {
  if (size === 0) {
    yield new Set();
    return;
  }
  for (let last = size - 1; last < count; last += 1) {
    for (const rest of subsets(last, size - 1)) yield new Set([...rest, last]);
  }
}
