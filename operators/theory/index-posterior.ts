/**
 * Posterior probability that each sample is the target S, given all samples and the other targets.
 *
 * `P(S = i | X, T∖S) = r(xᵢ) / (r(xᵢ) + ∑ₙ r(xₙ))` with n over the noise: other targets drop out. Without
 * other targets this is the self-supervised posterior. Leaving `others` empty although there are some
 * gives what stands in SupCon's denominator, which is the posterior of no model here.
 *
 * @param logRatios `log r(xᵢ)` of every sample; a constant added to all changes nothing.
 * @param others Positions of the other targets. @default none
 * @returns As many as there are samples, with sum 1 and 0 at `others`.
 * @throws {RangeError} When `others` are not different positions that leave a sample over.
 * @see Feeney and Hughes, arXiv:2309.14277, Proposition 3 and (by our reading) 6.
 */
export function indexPosterior(
  logRatios: readonly number[],
  others: readonly number[] = [],
): number[] {
  const isOther = new Set(others);
  const known = others.every((at) => Number.isInteger(at) && at >= 0 && at < logRatios.length);
  if (!known || isOther.size !== others.length || others.length >= logRatios.length) {
    throw new RangeError(
      `Expected \`others\` to be different positions among ${logRatios.length} samples, one left over, ` +
        `got \`${others.join(', ')}\``,
    );
  }
  const candidates = logRatios.filter((_, at) => !isOther.has(at));
  const largest = candidates.reduce((a, b) => Math.max(a, b));
  const weights = logRatios.map((value, at) => (isOther.has(at) ? 0 : Math.exp(value - largest)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
