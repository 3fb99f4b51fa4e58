import type { Blur } from './draw-view.ts';

/**
 * Taps of a Gaussian blur from the middle outwards: `exp(−k² / 2σ²)`, divided by the sum over both sides.
 *
 * @returns `radius + 1` weights.
 * @see torchvision, `_get_gaussian_kernel1d`.
 */
export function gaussianTaps({ sigma, radius }: Blur): Float64Array {
  const taps = Float64Array.from({ length: radius + 1 }, (_, k) =>
    Math.exp(-0.5 * (k / sigma) ** 2),
  );
  const sum = taps.reduce((sum, tap, k) => sum + (k === 0 ? tap : 2 * tap), 0);
  return taps.map((tap) => tap / sum);
}
