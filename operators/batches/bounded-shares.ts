/** Options of `boundedShares`: one number for each share. */
export interface BoundedSharesOptions {
  /** Weights, above 0. */
  readonly weights: Float64Array;
  /** Lower bounds, whose sum is at most `total`. */
  readonly least: Float64Array;
  /** Upper bounds, whose sum is at least `total`. */
  readonly most: Float64Array;
  readonly total: number;
}

/**
 * Proportional shares within bounds: `λ · weights`, each cut to its bounds, with the λ for which they sum to `total`.
 *
 * Solved as flexible boxes are sized: share out what is left, fix the shares that break the kind of bound that is broken
 * by more in sum, and begin again with the others.
 *
 * @see CSS Flexible Box Layout 1, 9.7.
 */
export function boundedShares(options: BoundedSharesOptions): Float64Array {
  const { weights, least, most, total } = options;
  const shares = new Float64Array(weights.length);
  let open = Array.from(weights.keys());
  let left = total;
  while (open.length > 0) {
    const sum = open.reduce((before, at) => before + weights[at]!, 0);
    const wanted = (at: number): number => (left * weights[at]!) / sum;
    let broken = 0;
    for (const at of open) {
      shares[at] = Math.min(Math.max(wanted(at), least[at]!), most[at]!);
      broken += shares[at] - wanted(at);
    }
    const stays = (at: number): boolean =>
      broken > 0 ? shares[at]! <= wanted(at) : shares[at]! >= wanted(at);
    const fixed = open.filter((at) => !stays(at));
    if (broken === 0 || fixed.length === 0) break;
    open = open.filter(stays);
    left -= fixed.reduce((before, at) => before + shares[at]!, 0);
  }
  return shares;
}
