import { tf } from '../tensor/tf.ts';
import type { AnchorBlock } from './anchor-block.ts';
import type { LossForm } from './loss-forms.ts';
import {
  allOthers,
  type Denominator,
  negativesOnly,
  type RowExponentials,
} from './row-exponentials.ts';

/** Exponentials of both kinds; those of positives only where something needs them. */
export interface BlockExponentials {
  readonly negatives: RowExponentials;
  readonly positives: RowExponentials | null;
}

/** A loss on a block, before its gradient. */
export type LossTerms = {
  /** `[rows, 1]`: of each anchor the mean over its positives, in nats; 0 for rows that do not count. */
  readonly loss: tf.Tensor2D;
  readonly denominator: Denominator;
  /** For each of the block's columns, null without positives: `[rows, columns]`, how much each is pulled. */
  readonly pulls: readonly (tf.Tensor2D | null)[];
};

/** The value of a loss on a block, and its pulls. Leaves what it computes to the `tf.tidy` around it. */
export function lossTerms(
  block: AnchorBlock,
  form: LossForm,
  { negatives, positives }: BlockExponentials,
): LossTerms {
  const denominator = denominatorOf(form, negatives, positives);
  const counts = form.isBounded ? block.anchor : tf.mul(block.anchor, denominator.some); // [rows, 1]
  const divisor = tf.maximum(block.positives, 1); // [rows, 1]
  const weight = tf.div(counts, divisor); // [rows, 1]
  const values: tf.Tensor2D[] = []; // [rows, 1] each
  const pulls = block.columns.map(({ scaled, masks }) => {
    if (masks === null) return null;
    const margin = tf.sub<tf.Tensor2D>(denominator.logarithm, scaled); // [rows, columns]
    const weighted = tf.mul(masks.positive, weight); // [rows, columns]
    values.push(tf.sum(tf.mul(form.value(margin), masks.positive), 1, true));
    return tf.mul<tf.Tensor2D>(form.pull(margin), weighted); // [rows, columns]
  });
  // Divided at the end: times 1 / |P| would round all anchors of a class the same way.
  const loss = tf.div<tf.Tensor2D>(tf.mul(tf.addN(values), counts), divisor); // [rows, 1]
  return { loss, denominator, pulls };
}

function denominatorOf(
  { denominator }: LossForm,
  negatives: RowExponentials,
  positives: RowExponentials | null,
): Denominator {
  if (denominator === 'negatives') return negativesOnly(negatives);
  if (positives === null) {
    throw new TypeError('Expected the exponentials of positives, which stand in the denominator');
  }
  return allOthers(negatives, positives);
}

/**
 * A part of `Gᵢⱼ = ∂loss / ∂sᵢⱼ`: `factorᵢ · matrixᵢⱼ`. The factor is kept apart where that saves a pass
 * over the largest matrix there is.
 */
export type SimilarityGradient = {
  /** `[rows, columns]` */
  readonly matrix: tf.Tensor2D;
  /** `[rows, 1]`, or null for 1. */
  readonly factor: tf.Tensor2D | null;
};

/**
 * G on each of the block's columns: softmax shares of all pulls of the anchor, minus the pull itself. Every
 * row of G sums to 0.
 *
 * Leaves what it computes to the `tf.tidy` around it.
 */
export function similarityGradient(
  { columns }: AnchorBlock,
  { negatives, positives }: BlockExponentials,
  { denominator, pulls }: LossTerms,
): readonly SimilarityGradient[] {
  const pulled = pulls
    .filter((pull) => pull !== null)
    .map((pull) => tf.sum<tf.Tensor2D>(pull, 1, true))
    .reduce((one, other) => tf.add(one, other)); // [rows, 1]
  const ofNegatives = tf.mul<tf.Tensor2D>(pulled, denominator.ofNegatives); // [rows, 1]
  return columns.map((_, at): SimilarityGradient => {
    // Negatives are everywhere.
    const negative = negatives.matrices[at]!; // [rows, columns]
    const pull = pulls[at]!; // [rows, columns]
    if (pull === null) return { matrix: negative, factor: ofNegatives };
    const positive = positives?.matrices[at] ?? null;
    const pushed = tf.mul<tf.Tensor2D>(negative, ofNegatives); // [rows, columns]
    const share =
      positive === null || denominator.ofPositives === null
        ? pushed
        : tf.add<tf.Tensor2D>(pushed, tf.mul(positive, tf.mul(pulled, denominator.ofPositives))); // [rows, columns]
    return { matrix: tf.sub(share, pull), factor: null };
  });
}
