import { tf } from '../tensor/tf.ts';
import type { AnchorBlock, ComparedColumns } from './anchor-block.ts';

/** Stands for minus infinity in masked maxima, where the real one would turn into NaN. */
const farBelow = -1e30;

/** No similarity is as low as this, and everything masked is far below it. */
const lowest = -1e20;

/**
 * Log-sum-exp in two parts: exponentials of some similarities of each anchor, relative to the largest of them,
 * `∑ⱼ eˢⁱʲ = sum · e^largest`. The parts are kept apart, because shares of the sum stay at most 1 and
 * differences of logarithms keep their digits at temperatures of 0.001.
 */
export type RowExponentials = {
  /** For each of the block's columns `exp(sᵢⱼ − largestᵢ)`, 0 where the mask does not hold. */
  readonly matrices: readonly (tf.Tensor2D | null)[];
  /** `[rows, 1]`: 0 only for an anchor without any such row. */
  readonly sum: tf.Tensor2D;
  /** `[rows, 1]`: `-1e20` for an anchor without any such row. */
  readonly largest: tf.Tensor2D;
};

/** The exponentials over rows of other classes. */
export function negativeExponentials({ columns }: AnchorBlock): RowExponentials {
  return exponentials(
    columns.map((part) => (part.masks === null ? part.scaled : masked(part, part.masks.negative))),
  );
}

/** The exponentials over positives; null where there can be none. */
export function positiveExponentials({ columns }: AnchorBlock): RowExponentials {
  return exponentials(
    columns.map((part) => (part.masks === null ? null : masked(part, part.masks.positive))),
  );
}

/** A sum of exponentials as a denominator, and what share of it one exponential of each kind has. */
export type Denominator = {
  /** `[rows, 1]`: the logarithm of the sum; very low where the sum is empty. */
  readonly logarithm: tf.Tensor2D;
  /** `[rows, 1]`: 1 where there is any row in the sum. */
  readonly some: tf.Tensor2D;
  /** `[rows, 1]`: turns exponentials of negatives into shares. */
  readonly ofNegatives: tf.Tensor2D;
  /** `[rows, 1]`: turns exponentials of positives into shares; null where positives are not in the sum. */
  readonly ofPositives: tf.Tensor2D | null;
};

/** The denominator of SINCERE: rows of other classes. */
export function negativesOnly({ sum, largest }: RowExponentials): Denominator {
  const { divisor, some } = divisible(sum);
  return {
    logarithm: tf.add(largest, tf.log(divisor)),
    some,
    ofNegatives: tf.div(1, divisor),
    ofPositives: null,
  };
}

/** The denominator of SupCon: every row but the anchor. */
export function allOthers(negatives: RowExponentials, positives: RowExponentials): Denominator {
  const largest = tf.maximum<tf.Tensor2D>(negatives.largest, positives.largest); // [rows, 1]
  const negative = tf.exp(tf.sub(negatives.largest, largest)); // [rows, 1]
  const positive = tf.exp(tf.sub(positives.largest, largest)); // [rows, 1]
  const sum = tf.add<tf.Tensor2D>(tf.mul(negatives.sum, negative), tf.mul(positives.sum, positive)); // [rows, 1]
  const { divisor, some } = divisible(sum);
  return {
    logarithm: tf.add(largest, tf.log(divisor)),
    some,
    ofNegatives: tf.div(negative, divisor),
    ofPositives: tf.div(positive, divisor),
  };
}

function exponentials(parts: readonly (tf.Tensor2D | null)[]): RowExponentials {
  const present = parts.filter((part) => part !== null);
  const largest = present
    .map((part) => tf.max<tf.Tensor2D>(part, 1, true))
    .reduce((one, other) => tf.maximum(one, other)); // [rows, 1]
  // Raised, so that masked entries become 0 even where there is nothing else.
  const raised = tf.maximum<tf.Tensor2D>(largest, lowest); // [rows, 1]
  const matrices = parts.map((part) =>
    part === null ? null : tf.exp<tf.Tensor2D>(tf.sub(part, raised)),
  );
  const sum = matrices
    .filter((matrix) => matrix !== null)
    .map((matrix) => tf.sum<tf.Tensor2D>(matrix, 1, true))
    .reduce((one, other) => tf.add(one, other)); // [rows, 1]
  return { matrices, sum, largest: raised };
}

/** s inside the mask, far below everything outside: there `s − 10³⁰` rounds to `−10³⁰`. */
function masked({ scaled }: ComparedColumns, mask: tf.Tensor2D): tf.Tensor2D {
  return tf.add(scaled, tf.mul(tf.sub(1, mask), farBelow));
}

/** A sum that can divide: 1 instead of an empty one. */
function divisible(sum: tf.Tensor2D): {
  readonly divisor: tf.Tensor2D;
  readonly some: tf.Tensor2D;
} {
  const some = tf.cast<tf.Tensor2D>(tf.greater(sum, 0), 'float32'); // [rows, 1]
  return { divisor: tf.add(sum, tf.sub(1, some)), some };
}
