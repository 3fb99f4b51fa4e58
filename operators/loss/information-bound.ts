/**
 * Information bound, a lower bound of the divergence between classes from a loss: `J ≥ log|N| − L`.
 *
 * J is the symmetrised divergence `KL(p⁺‖p⁻) + KL(p⁻‖p⁺)` between the embeddings of a class and those of
 * all others, L the SINCERE loss with |N| negatives to an anchor. A lower bound, about half of J for many
 * negatives, and below 0 (so empty) for few.
 *
 * @param loss Mean SINCERE loss in nats, 0 or more.
 * @param logNegatives Natural logarithm of |N|.
 * @returns Nats.
 * @see Feeney and Hughes, arXiv:2309.14277 (by our reading Theorem 11); the proof is at `lossBound`.
 * @example
 * ```ts
 * const negatives = 512 - 52; // of a batch of 512 rows, 52 of each class
 * console.log(informationBound(0.5, Math.log(negatives))); // 5.63 nats or more
 * ```
 */
export function informationBound(loss: number, logNegatives: number): number {
  return logNegatives - loss;
}

/**
 * The sharper form of `informationBound`: `J ≥ log(|N| / (eᴸ − 1))`.
 *
 * From `L ≥ log(1 + |N| e⁻ᴶ)`, which holds because the logarithm of a sum of exponentials is convex. It is
 * exact at J = 0, where `L = log(1 + |N|)`, and always above the plain form, by `−log(1 − e⁻ᴸ)`.
 *
 * @param loss Mean SINCERE loss in nats, 0 or more. NaN comes of a loss below 0.
 * @param logNegatives Natural logarithm of |N|, finite.
 * @returns Nats; infinite when the loss is 0.
 * @example
 * ```ts
 * const negatives = 512 - 52; // of a batch of 512 rows, 52 of each class
 * console.log(sharpInformationBound(0.5, Math.log(negatives))); // 6.56 nats or more
 * ```
 */
export function sharpInformationBound(loss: number, logNegatives: number): number {
  // Below log 2 the subtraction in `1 − e⁻ᴸ` would cancel; above 709 `eᴸ` would overflow.
  const logOdds =
    loss < Math.LN2 ? Math.log(Math.expm1(loss)) : loss + Math.log1p(-Math.exp(-loss));
  return logNegatives - logOdds;
}
