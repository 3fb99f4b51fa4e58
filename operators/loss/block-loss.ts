import { tf } from '../tensor/tf.ts';
import { anchorBlock, type Anchors, type Columns } from './anchor-block.ts';
import {
  type ReadoutRows,
  readoutRows,
  type ReadoutTotals,
  readoutTotals,
} from './readout-rows.ts';
import type { LossForm } from './loss-forms.ts';
import { lossTerms, type SimilarityGradient, similarityGradient } from './loss-terms.ts';
import { negativeExponentials, positiveExponentials } from './row-exponentials.ts';

/** Form, temperature and further outputs of the loss of a block of anchors. */
export interface BlockLossOptions {
  readonly form: LossForm;
  /** Divides the cosine similarities; above 0. */
  readonly temperature: number;
  /** Compute the gradient too. */
  readonly gradient: boolean;
  /** Compute the read-outs of a training step too. They cost about as much as the loss again. */
  readonly readouts: boolean;
}

/** Contribution of one block of anchors to the loss of all rows. */
export type BlockLoss = {
  readonly rows: LossRowValues;
  /** Empty without read-outs. */
  readonly totals: Partial<ReadoutTotals>;
  /** Undefined when not wanted. */
  readonly gradient: BlockGradient | undefined;
};

/**
 * `[rows, 1]` each: what every row of a block adds to a sum. They are summed by whoever has all blocks: float32 loses
 * digits when it adds up the equal numbers of thousands of rows.
 */
export type LossRowValues = {
  /** Of each anchor the mean over its positives, in nats; 0 for the other rows. */
  readonly loss: tf.Tensor2D;
  /** 1 for anchors that have a positive. */
  readonly anchors: tf.Tensor2D;
  /** 1 for anchors that have none, and are left out. */
  readonly withoutPositive: tf.Tensor2D;
} & Partial<ReadoutRows>;

/** `∂loss / ∂z` of the summed loss of a block: both ends of a pair move. */
export type BlockGradient = {
  /** `[rows, size]`: of the anchors, `G z / temperature`. */
  readonly anchors: tf.Tensor2D;
  /** `[columns, size]` each: of what they were compared with, `Gᵀ z / temperature`. */
  readonly columns: tf.Tensor2D[];
};

/**
 * The loss of some anchors against some columns: the one place where a contrastive loss is computed.
 *
 * A small batch is one block against itself. A large set is many blocks, each against all rows, so that
 * memory grows with the rows of a block times all rows. Sums are over the anchors of the block: dividing by
 * the number of all anchors is left to who adds them up.
 *
 * @param anchors Borrowed, as are the columns, which together hold each row once.
 * @returns Tensors owned by the caller.
 */
export function blockLoss(
  anchors: Anchors,
  columns: readonly Columns[],
  { form, temperature, gradient, readouts }: BlockLossOptions,
): BlockLoss {
  return tf.tidy(() => {
    const block = anchorBlock(anchors, columns, temperature);
    const negatives = negativeExponentials(block);
    const positives =
      readouts || form.denominator === 'others' ? positiveExponentials(block) : null;
    const kinds = { negatives, positives };
    const terms = lossTerms(block, form, kinds);
    return {
      rows: {
        loss: terms.loss,
        anchors: block.anchor,
        withoutPositive: tf.sub<tf.Tensor2D>(block.anchorMask, block.anchor),
        ...(readouts && positives !== null
          ? readoutRows(block, { negatives, positives }, temperature)
          : {}),
      },
      totals: readouts ? readoutTotals(anchors, block) : {},
      gradient: gradient
        ? projected(similarityGradient(block, kinds, terms), anchors.z, columns, temperature)
        : undefined,
    };
  });
}

function projected(
  parts: readonly SimilarityGradient[],
  anchors: tf.Tensor2D,
  columns: readonly Columns[],
  temperature: number,
): BlockGradient {
  const sharpened = tf.mul<tf.Tensor2D>(anchors, 1 / temperature); // [rows, size]
  const towards: tf.Tensor2D[] = [];
  const away: tf.Tensor2D[] = [];
  for (const [at, { matrix, factor }] of parts.entries()) {
    const product = tf.matMul<tf.Tensor2D>(matrix, columns[at]!.z); // [rows, size]
    towards.push(factor === null ? product : tf.mul(product, factor)); // [rows, size]
    const weighted = factor === null ? sharpened : tf.mul<tf.Tensor2D>(sharpened, factor);
    away.push(tf.matMul(matrix, weighted, true, false)); // [columns, size]
  }
  const sum: tf.Tensor2D = tf.addN(towards); // [rows, size]
  return { anchors: tf.mul(sum, 1 / temperature), columns: away };
}
