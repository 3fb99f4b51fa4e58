/**
 * Limits and step of the trapezoidal rule; both integrands fall off faster than any exponential.
 */
const logTime = { from: -45, to: 60, step: 0.2 };
const normal = { from: -9, to: 9, step: 0.1 };

/**
 * Bayes-optimal SINCERE loss, the smallest that any encoder can reach:
 * `L* = E[−log posterior of the true index]`, for equal-covariance Gaussians, by quadrature.
 *
 * `L* = E log(r_S + ∑ₙ rₙ) − E log r_S`. With `log x = ∫₀^∞ (e⁻ᵗ − e⁻ˣᵗ) / t dt` and independent samples
 * the first mean is `∫ (e⁻ᵗ − φ⁺(t) φ⁻(t)^|N|) / t dt` with `φ(t) = E exp(−t r)`; the second is `J / 2`. Two
 * nested integrals over smooth functions on a line, so a trapezoidal rule is exact to about 1e-10 for
 * a thousand negatives, and to |N| roundings of float64 for more.
 *
 * @param divergence J in nats, from 0 to 16.
 * @param negatives |N|, 1 or more.
 * @returns Nats.
 * @throws {RangeError} When an argument is out of its range.
 */
export function idealLoss(divergence: number, negatives: number): number {
  if (!(divergence >= 0 && divergence <= 16)) {
    throw new RangeError(`Expected \`divergence\` to be from 0 to 16, got \`${divergence}\``);
  }
  if (!(Number.isInteger(negatives) && negatives >= 1)) {
    throw new RangeError(
      `Expected \`negatives\` to be an integer of at least 1, got \`${negatives}\``,
    );
  }
  const meanLogSum = trapezoid(logTime, (logT) => {
    const target = laplace(logT, divergence / 2, divergence);
    const noise = laplace(logT, -divergence / 2, divergence);
    return Math.exp(-Math.exp(logT)) - target * noise ** negatives;
  });
  return meanLogSum - divergence / 2;
}

/** Laplace transform of a log-normal: `E exp(−t eˣ)` for a normal x. */
function laplace(logT: number, mean: number, variance: number): number {
  const deviation = Math.sqrt(variance);
  const integral = trapezoid(normal, (g) =>
    Math.exp(-(g * g) / 2 - Math.exp(logT + mean + deviation * g)),
  );
  return integral / Math.sqrt(2 * Math.PI);
}

function trapezoid(
  { from, to, step }: { readonly from: number; readonly to: number; readonly step: number },
  integrand: (x: number) => number,
): number {
  const steps = Math.round((to - from) / step);
  let sum = 0;
  // Both ends are 0 to rounding, so they need no half weight.
  for (let at = 0; at <= steps; at += 1) sum += integrand(from + at * step);
  return sum * step;
}
