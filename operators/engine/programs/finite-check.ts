import type { StepSpec } from '../../step/step-spec.ts';

// Shaders may be compiled as if there were no NaN, so that on a graphics card it can come out as some large number or
// as infinity, and its logarithm even as a small number. What a step gives is therefore held against bounds.

/**
 * Magnitude bound of a number that counts as finite: far beyond every number of a training that is
 * not lost, and far below the largest float32, 3.4 · 10³⁸.
 */
const largest = 1e30;

/** Finite, and certainly no NaN that a device has turned into a large number. */
export function isSurelyFinite(value: number): boolean {
  // False for NaN.
  return Math.abs(value) <= largest;
}

/** True when every number is finite. */
export function allFinite(values: Float32Array): boolean {
  return values.every(Number.isFinite);
}

/**
 * Upper bound of the absolute loss of a batch.
 *
 * Similarities of unit vectors are within `±1 / temperature`, so every contrastive loss, `log(1 + ∑ exp(sₙ − sₚ))` or
 * less, is at most `2 / temperature + log(rows)`, and a margin more where there is one. Cross entropy has no bound.
 */
export function largestLoss({ loss, shape }: StepSpec): number {
  if (loss.name === 'cross-entropy') return largest;
  const margin = loss.name === 'eps-sup-infonce' ? Math.abs(loss.epsilon) : 0;
  const rows = shape.images * shape.views;
  // A little more, for what float32 rounds.
  return 1.01 * (2 / loss.temperature + Math.log(rows + 1) + margin);
}
