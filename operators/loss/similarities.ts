import { tf } from '../tf.ts';

/** How sharp a contrastive loss is. */
export interface ContrastiveLossOptions {
  /** Divides the cosine similarities; above 0. */
  readonly temperature: number;
}

/**
 * A batch as the contrastive losses see it: every row against every other.
 *
 * Masks are float32, 1 where they hold and 0 elsewhere. Rows labelled -1 (unknown class, padding) are in
 * none of them: such a row is neither anchor nor positive nor negative.
 */
export type Similarities = {
  /** `[n, n]`: `sᵢⱼ = zᵢ · zⱼ / temperature`. */
  readonly scaled: tf.Tensor2D;
  /** `[n, n]`: same class, `i ≠ j`. */
  readonly positive: tf.Tensor2D;
  /** `[n, n]`: another class. */
  readonly negative: tf.Tensor2D;
  /** `[n, 1]`: positives of each anchor, at least 1 so that it can divide. */
  readonly positives: tf.Tensor2D;
  /** `[n, 1]`: 1 for each anchor that has a positive. */
  readonly anchor: tf.Tensor2D;
  /** Anchors that have a positive, at least 1 so that it can divide. */
  readonly anchors: tf.Scalar;
  /** `[n, 1]`: 1 for each row of a known class. */
  readonly known: tf.Tensor2D;
};

/** The value of a loss, and the matrix `Gᵢⱼ = ∂L / ∂sᵢⱼ` from which its gradient follows. */
export type LossTerms = {
  /** Mean over anchors of the mean over their positives, in nats. */
  readonly value: tf.Scalar;
  /** `[n, n]`. Every row sums to 0. */
  readonly gradient: tf.Tensor2D;
};

/** Stands for minus infinity in masked maxima, where the real one would turn into NaN. */
const farBelow = -1e30;

/**
 * @param projection `[n, size]` float32, rows of length 1. Borrowed.
 * @param labels `[n]` int32 class ids, -1 for rows to leave out. Borrowed.
 * @returns Tensors owned by the caller.
 * @throws {RangeError} When the shapes disagree or `temperature` is not above 0.
 */
export function similarities(
  projection: tf.Tensor2D,
  labels: tf.Tensor1D,
  { temperature }: ContrastiveLossOptions,
): Similarities {
  const [n] = projection.shape;
  if (labels.shape.length !== 1 || labels.shape[0] !== n) {
    throw new RangeError(
      `Expected \`labels\` of shape \`[${n}]\`, one for each row, got \`[${labels.shape.join(', ')}]\``,
    );
  }
  if (!(temperature > 0)) {
    throw new RangeError(`Expected \`temperature\` to be above 0, got \`${temperature}\``);
  }
  return tf.tidy(() => {
    const cosine = tf.matMul(projection, projection, false, true); // [n, n]
    const scaled = tf.mul<tf.Tensor2D>(cosine, 1 / temperature); // [n, n]

    const known = asFloat(tf.greater(labels, tf.scalar(-1, 'int32'))); // [n]
    const knownPair = tf.mul(tf.reshape(known, [n, 1]), tf.reshape(known, [1, n])); // [n, n]
    const sameClass = pairsOfEqual(labels); // [n, n]
    const sameRow = pairsOfEqual(tf.range(0, n, 1, 'int32')); // [n, n]
    const same = tf.mul(sameClass, knownPair); // [n, n]
    const positive = tf.mul<tf.Tensor2D>(same, tf.sub(1, sameRow)); // [n, n]
    const negative = tf.sub<tf.Tensor2D>(knownPair, same); // [n, n]

    const count = tf.sum<tf.Tensor2D>(positive, 1, true); // [n, 1]
    const anchor = tf.minimum<tf.Tensor2D>(count, 1); // [n, 1]
    return {
      scaled,
      positive,
      negative,
      positives: tf.maximum<tf.Tensor2D>(count, 1), // [n, 1]
      anchor,
      anchors: tf.maximum<tf.Scalar>(tf.sum(anchor), 1),
      known: tf.reshape(known, [n, 1]),
    };
  });
}

/** Exponentials of one row set of similarities, relative to its largest: `∑ⱼ eˢⁱʲ = sum · e^largest`. */
export type RowExponentials = {
  /** `[n, n]`: `exp(sᵢⱼ − largestᵢ)` where the mask holds, 0 elsewhere. */
  readonly exponentials: tf.Tensor2D;
  /** `[n, 1]`: 0 only for a row whose mask is empty. */
  readonly sum: tf.Tensor2D;
  /** `[n, 1]`: `farBelow` for a row whose mask is empty. */
  readonly largest: tf.Tensor2D;
};

/**
 * The parts of a masked log-sum-exp over each row, kept apart: shares of the sum stay at most 1 and
 * differences of logarithms keep their digits at temperatures of 0.001.
 */
export function rowExponentials(scaled: tf.Tensor2D, mask: tf.Tensor2D): RowExponentials {
  return tf.tidy(() => {
    // s · 1 + 0 inside the mask, s · 0 + farBelow outside.
    const masked = tf.add(tf.mul(scaled, mask), tf.mul(tf.sub(1, mask), farBelow)); // [n, n]
    const largest = tf.max<tf.Tensor2D>(masked, 1, true); // [n, 1]
    const exponentials = tf.mul<tf.Tensor2D>(tf.exp(tf.sub(masked, largest)), mask); // [n, n]
    const sum = tf.sum<tf.Tensor2D>(exponentials, 1, true); // [n, 1]
    return { exponentials, sum, largest };
  });
}

/** `∂L / ∂z = (G + Gᵀ) z / temperature`: both ends of a pair move. */
export function projectionGradient(
  gradient: tf.Tensor2D,
  projection: tf.Tensor2D,
  { temperature }: ContrastiveLossOptions,
): tf.Tensor2D {
  return tf.tidy(() => {
    const both = tf.add<tf.Tensor2D>(gradient, tf.transpose(gradient)); // [n, n]
    return tf.mul<tf.Tensor2D>(tf.matMul(both, projection), 1 / temperature); // [n, size]
  });
}

/**
 * Turns the closed form of a loss into a function that tfjs differentiates by that closed form.
 * `terms` runs once, outside the tape.
 */
export function differentiableLoss(
  projection: tf.Tensor2D,
  options: ContrastiveLossOptions,
  terms: () => LossTerms,
): tf.Scalar {
  const loss = tf.customGrad((...inputs) => {
    const save = inputs.pop() as tf.GradSaveFunc;
    const { value, gradient } = terms();
    save([projectionGradient(gradient, projection, options)]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => tf.mul(saved[0]!, dy);
    return { value, gradFunc };
  });
  return loss(projection);
}

/** `[n, n]`: 1 where two entries of a vector are equal. */
function pairsOfEqual(values: tf.Tensor1D): tf.Tensor2D {
  const n = values.shape[0];
  return asFloat(tf.equal<tf.Tensor2D>(tf.reshape(values, [n, 1]), tf.reshape(values, [1, n])));
}

function asFloat<T extends tf.Tensor>(condition: T): T {
  return tf.cast(condition, 'float32');
}
