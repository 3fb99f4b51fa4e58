import { atLeastOne } from '../../out-of-range.ts';

/**
 * Quantile of Student's t: half-width of a two-sided interval in standard errors, `P(|t| ≤ result) = share`.
 *
 * @param freedom Degrees of freedom, an integer of 1 or more.
 * @param share Above 0 and below 1.
 * @see Abramowitz and Stegun, 26.7.3 and 26.7.4, for the probability; it is inverted by bisection.
 */
export function studentQuantile(freedom: number, share: number): number {
  atLeastOne('freedom', freedom);
  let [low, high] = [0, 1];
  while (withinProbability(high, freedom) < share) high *= 2;
  // To the last bit: the middle is one of the ends then.
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (withinProbability(middle, freedom) < share) low = middle;
    else high = middle;
  }
}

/** `P(|t| ≤ bound)`, a finite sum for whole degrees of freedom. */
function withinProbability(bound: number, freedom: number): number {
  const angle = Math.atan(bound / Math.sqrt(freedom));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = freedom % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let power = isOdd ? 3 : 2; power <= freedom - 2; power += 2) {
    term *= (cosine * cosine * (power - 1)) / power;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}
