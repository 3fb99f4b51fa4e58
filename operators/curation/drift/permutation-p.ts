/**
 * Permutation p-value: `(1 + #{drawn ≥ observed}) / (1 + relabellings)`, one-sided, never 0.
 *
 * @param slack What differs by no more than this counts as equal: the same rows in another order sum up to other last bits.
 * @see Phipson and Smyth, Permutation p-values should never be zero, 2010.
 */
export function permutationP(observed: number, drawn: Float64Array, slack: number): number {
  const least = observed - slack;
  const asLarge = drawn.reduce((count, value) => count + (value >= least ? 1 : 0), 0);
  return (1 + asLarge) / (1 + drawn.length);
}

/**
 * Benjamini and Hochberg's adjustment: `min over j ≥ i of p₍ⱼ₎ m / j` for the i-th smallest of m, at most 1. Those at or
 * below a level have that share of false ones among them, in expectation. Null stays null and does not count.
 *
 * @see Benjamini and Hochberg, Controlling the false discovery rate, 1995.
 */
export function adjustedPs(ps: readonly (number | null)[]): readonly (number | null)[] {
  const known = ps.flatMap((p, at) => (p === null ? [] : [{ p, at }]));
  known.sort((a, b) => b.p - a.p);
  const adjusted: (number | null)[] = ps.map(() => null);
  let least = 1;
  for (const [above, { p, at }] of known.entries()) {
    least = Math.min(least, (p * known.length) / (known.length - above));
    adjusted[at] = least;
  }
  return adjusted;
}
