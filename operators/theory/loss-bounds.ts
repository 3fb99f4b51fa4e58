/**
 * Lower bound of the expected SINCERE loss: `log|N| − J`.
 *
 * The best loss is `E log(1 + ∑ₙ rₙ / r_S) ≥ E log ∑ₙ rₙ − E log r_S`, and the logarithm of a sum is at least
 * `log|N|` plus the mean logarithm, whose mean over p⁻ is `−KL(p⁻‖p⁺)`; that of `log r_S` is `KL(p⁺‖p⁻)`.
 *
 * @param divergence J = `KL(p⁺‖p⁻) + KL(p⁻‖p⁺)` in nats, 0 or more.
 * @param negatives |N|, 1 or more.
 * @returns Nats; below 0, and so empty, when J is large.
 * @see Feeney and Hughes, arXiv:2309.14277 (by our reading Theorem 11).
 */
export function lossBound(divergence: number, negatives: number): number {
  return Math.log(negatives) - divergence;
}

/**
 * Tighter lower bound of the expected SINCERE loss, by Jensen: `log(1 + |N| e⁻ᴶ)`, above
 * `lossBound` and above 0.
 *
 * `E log(1 + ∑ₙ exp(log rₙ − log r_S))` is at least the same expression of the mean exponents, because
 * the logarithm of a sum of exponentials is convex; each exponent has the mean `−J`.
 *
 * @returns Nats.
 */
export function sharpLossBound(divergence: number, negatives: number): number {
  const plain = lossBound(divergence, negatives);
  return Math.max(plain, 0) + Math.log1p(Math.exp(-Math.abs(plain)));
}
