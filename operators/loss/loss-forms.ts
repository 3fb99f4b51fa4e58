import { tf } from '../tensor/tf.ts';
import { type LossParameters, type LossSpec, parameterValues } from './loss-spec.ts';
import { type LossName, lossOf } from './losses.ts';

/**
 * Form of a contrastive loss. All of them are
 *
 * `mean over anchors i, mean over positives p of f(marginᵢₚ)`, with `marginᵢₚ = log ∑ⱼ exp(sᵢⱼ) − sᵢₚ` (log-odds),
 *
 * and differ in which rows j stand in the sum, and in f. The gradient follows by the chain rule: a positive
 * is pulled by `f′(marginᵢₚ)`, and every row in the sum is pushed by its softmax share of all these pulls.
 */
export interface LossForm {
  /** The rows in the sum: those of other classes, or every row but the anchor itself. */
  readonly denominator: 'negatives' | 'others';
  /** f, element by element, in nats. `[rows, columns]` to the same shape. */
  readonly value: (margin: tf.Tensor2D) => tf.Tensor2D;
  /** f′, element by element, from 0 to 1. */
  readonly pull: (margin: tf.Tensor2D) => tf.Tensor2D;
  /**
   * Bounded below: f has a limit where the sum is empty, `margin → −∞`. Where it has none, an anchor without any row
   * in the sum counts 0.
   */
  readonly isBounded: boolean;
}

/** SINCERE, `f(x) = log(1 + eˣ)`: the positive itself joins the negatives. */
export const sincere: LossForm = {
  denominator: 'negatives',
  value: (margin) => tf.softplus(margin),
  pull: (margin) => sigmoid(margin),
  isBounded: true,
};

/** SupCon, `f(x) = x`, over every other row: the other positives stand in the sum too. */
export const supcon: LossForm = {
  denominator: 'others',
  value: (margin) => margin,
  pull: (margin) => tf.onesLike(margin),
  isBounded: false,
};

/** DCL, `f(x) = x`, over the negatives: not even the positive itself is in the sum. */
export const dcl: LossForm = {
  denominator: 'negatives',
  value: (margin) => margin,
  pull: (margin) => tf.onesLike(margin),
  isBounded: false,
};

/** ε-SupInfoNCE, `f(x) = log(1 + e^(x + ε)) − ε`: the positive joins the negatives made smaller by ε. */
export function epsSupInfoNce(epsilon: number): LossForm {
  return {
    denominator: 'negatives',
    value: (margin) => tf.sub(tf.softplus(tf.add(margin, epsilon)), epsilon),
    pull: (margin) => sigmoid(tf.add(margin, epsilon)),
    isBounded: true,
  };
}

/**
 * `eˣ / (1 + eˣ)` as `exp(x − log(1 + eˣ))`: right to the last digits also where it is tiny, at the end of
 * training, where approximations of the sigmoid are only right to 10⁻⁷.
 */
function sigmoid(x: tf.Tensor2D): tf.Tensor2D {
  return tf.exp(tf.sub(x, tf.softplus(x)));
}

/** Form of every loss, made from the hyperparameters of its own. */
const lossForms: { readonly [N in LossName]: (parameters: LossParameters<N>) => LossForm } = {
  sincere: () => sincere,
  supcon: () => supcon,
  'eps-sup-infonce': ({ epsilon }) => epsSupInfoNce(epsilon),
  // What InfoNCE has of its own is only its labels: each image is a class.
  infonce: () => sincere,
  dcl: () => dcl,
};

/** The form of a loss. @throws {RangeError} When there is none, as for a name from outside the type. */
export function lossForm(spec: LossSpec): LossForm {
  // Told by its name where there is none.
  lossOf(spec);
  const form: (parameters: never) => LossForm = lossForms[spec.name];
  return form(parameterValues(spec) as never);
}
