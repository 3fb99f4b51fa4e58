import type { ExecutionContext } from 'ava';
import type { Weights } from '../../operators/types.ts';
import { seededRandom } from '../../operators/random.ts';
import { tf } from '../../operators/tensor/tf.ts';
import type { Rows } from './loss-reference.ts';

/** Standard normal values, a function of `keys`. */
export function normalValues(count: number, ...keys: readonly (string | number)[]): Float32Array {
  const random = seededRandom('test', ...keys);
  return Float32Array.from({ length: count }, () => random.normal());
}

/** Weights as tensors, by name. */
export function tensorsOf(weights: Weights): Record<string, tf.Tensor> {
  return Object.fromEntries(
    [...weights].map(([name, { shape, data }]) => [name, tf.tensor(data.slice(), [...shape])]),
  );
}

/** A matrix as rows of numbers. */
export function rowsOf(matrix: tf.Tensor2D): number[][] {
  return matrix.arraySync();
}

/** The largest difference between two arrays, relative to the largest expected magnitude. NaN equals NaN alone. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 0;
  let error = 0;
  for (let at = 0; at < expected.length; at += 1) {
    if (Number.isNaN(actual[at]!) && Number.isNaN(expected[at]!)) continue;
    largest = Math.max(largest, Math.abs(expected[at]!));
    // Written so that NaN does not pass for 0.
    const difference = Math.abs(actual[at]! - expected[at]!);
    if (!(difference <= error)) error = difference;
  }
  if (actual.length !== expected.length) return Infinity;
  return largest === 0 ? error : error / largest;
}

/** Asserts that arrays agree within a tolerance relative to the largest expected magnitude. */
export function near(
  t: ExecutionContext,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = 'values',
): void {
  const error = relativeError(actual, expected);
  t.true(error <= tolerance, `${what}: relative error ${error}, tolerance ${tolerance}`);
}

/** Asserts that rows agree; as `near`. */
export function nearRows(
  t: ExecutionContext,
  actual: Rows,
  expected: Rows,
  tolerance: number,
  what?: string,
): void {
  near(t, actual.flat(), expected.flat(), tolerance, what);
}
