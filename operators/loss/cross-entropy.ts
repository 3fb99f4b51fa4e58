import { sideOutputs } from '../tensor/side-outputs.ts';
import { tf } from '../tensor/tf.ts';
import { type CrossEntropyReadouts, crossEntropyReadoutTable, readOut } from './readouts.ts';
import { byClosedForm } from './contrastive-loss.ts';
import type { LossRows } from './loss-rows.ts';

/** Sums over the rows of a batch, from which `crossEntropyReadouts` makes the read-outs. */
export type CrossEntropySums = {
  /** Cross entropy of rows with a class, in nats. */
  readonly loss: tf.Scalar;
  /** Rows with a class, and those without, which are left out. */
  readonly known: tf.Scalar;
  readonly unknown: tf.Scalar;
  /** Rows whose class has a larger logit than every other one. */
  readonly right: tf.Scalar;
};

/** Cross entropy of a batch, and what was summed beside it. */
export type CrossEntropy = {
  /** Scalar in nats, NaN without a row that has a class; differentiable in the logits. */
  readonly loss: tf.Scalar;
  /** Carry no gradient. */
  readonly sums: CrossEntropySums;
  /** `[n, 1]`: of each row with a class, in nats; 0 for the others. Carries no gradient. */
  readonly rowLoss: tf.Tensor2D;
};

/**
 * Softmax cross entropy: `mean over rows i with a class y of log Σⱼ exp(xᵢⱼ) − xᵢy`, with the closed form
 * `(softmax(xᵢ)ⱼ − [j = y]) / rows` for its gradient.
 *
 * @param logits `[n, classes]` float32. Borrowed.
 * @param labels `[n]` int32 classes, -1 for rows to leave out. Borrowed.
 * @returns Tensors owned by the caller.
 */
export function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): CrossEntropy {
  const sumsLeft = sideOutputs<CrossEntropySums>();
  const rowsLeft = sideOutputs<{ readonly rowLoss: tf.Tensor2D }>();
  const loss = byClosedForm(logits, () => {
    const classes = tf.range(0, logits.shape[1], 1, 'int32'); // [classes]
    const ofClass = asFloat(tf.equal(tf.expandDims(labels, 1), classes)); // [n, classes]
    const known = tf.sum(ofClass, 1, true); // [n, 1]
    const shifted = tf.sub(logits, tf.max(logits, 1, true)); // [n, classes]
    const exponentials = tf.exp(shifted); // [n, classes]
    const total = tf.sum(exponentials, 1, true); // [n, 1]
    const margin = tf.sub(tf.log(total), tf.sum(tf.mul(shifted, ofClass), 1, true)); // [n, 1]
    const largest = asFloat(tf.equal(shifted, 0)); // [n, classes]
    const isFirst = tf.sum(tf.mul(largest, ofClass), 1, true); // [n, 1]
    const isAlone = asFloat(tf.equal(tf.sum(largest, 1, true), 1)); // [n, 1]
    const rowLoss = tf.mul<tf.Tensor2D>(margin, known); // [n, 1]
    const sums = {
      loss: tf.sum<tf.Scalar>(rowLoss),
      known: tf.sum<tf.Scalar>(known),
      unknown: tf.sum<tf.Scalar>(tf.sub(1, known)),
      right: tf.sum<tf.Scalar>(tf.mul(isFirst, isAlone)),
    };
    sumsLeft.stash(sums);
    rowsLeft.stash({ rowLoss });
    const rows = tf.maximum(sums.known, 1);
    const shares = tf.mul(tf.div(exponentials, total), known); // [n, classes]
    return {
      value: tf.div<tf.Scalar>(sums.loss, sums.known),
      gradient: tf.div<tf.Tensor2D>(tf.sub(shares, ofClass), rows),
    };
  });
  return { loss, sums: sumsLeft.take(), ...rowsLeft.take() };
}

/** The same for logits outside any engine, in float64: what a step needs that sees its batch in chunks. */
export function crossEntropyRows({ z, size, labels }: LossRows): {
  /** By the names of `CrossEntropySums`. */
  readonly sums: Readonly<Record<keyof CrossEntropySums, Float64Array>>;
  /** `[n, classes]`: of the mean by the logits. */
  readonly gradient: Float32Array;
  /** `[n]`: of each row with a class; 0 for the others. */
  readonly rowLoss: Float32Array;
} {
  const gradient = new Float32Array(z.length);
  const rowLoss = new Float32Array(labels.length);
  const known = labels.reduce((count, label) => count + (label < 0 ? 0 : 1), 0);
  let [loss, right] = [0, 0];
  for (const [row, label] of labels.entries()) {
    if (label < 0) continue;
    const logits = Float64Array.from(z.subarray(row * size, (row + 1) * size));
    const largest = logits.reduce((most, x) => Math.max(most, x), -Infinity);
    const total = logits.reduce((sum, x) => sum + Math.exp(x - largest), 0);
    const own = Math.log(total) - (logits[label]! - largest);
    rowLoss[row] = own;
    loss += own;
    if (logits.every((x, other) => other === label || x < logits[label]!)) right += 1;
    for (const [at, x] of logits.entries()) {
      const share = Math.exp(x - largest) / total;
      gradient[row * size + at] = (share - (at === label ? 1 : 0)) / known;
    }
  }
  const sums = {
    loss: Float64Array.of(loss),
    known: Float64Array.of(known),
    unknown: Float64Array.of(labels.length - known),
    right: Float64Array.of(right),
  };
  return { sums, gradient, rowLoss };
}

/** Read-outs of a batch from its sums. */
export function crossEntropyReadouts(
  sums: (name: keyof CrossEntropySums) => ArrayLike<number>,
): CrossEntropyReadouts {
  return readOut(crossEntropyReadoutTable, (name: keyof CrossEntropySums) => sums(name)[0]!);
}

function asFloat(condition: tf.Tensor): tf.Tensor {
  return tf.cast(condition, 'float32');
}
