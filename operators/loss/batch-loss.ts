import { tf } from '../tensor/tf.ts';
import type { Columns } from './anchor-block.ts';
import { blockLoss, type LossRowValues } from './block-loss.ts';
import type { LossForm } from './loss-forms.ts';
import type { ReadoutTotals } from './readout-rows.ts';

/** Maximum block size, in rows, of which all pairs are held at once. */
export const mostRowsAtOnce = 2048;

/** Positive pairs of a batch, by class or one by one. Borrowed. */
export type BatchPairs =
  /** `[n]` int32 class ids, -1 for rows to leave out altogether. */
  | { readonly labels: tf.Tensor1D }
  /**
   * `[n, n]` float32: 1 where j is a positive of i, else 0, and then a negative. Need not be symmetric; the
   * diagonal is ignored.
   */
  | { readonly positive: tf.Tensor2D };

/** Form, temperature and further outputs of the loss of a batch. */
export interface BatchLossOptions {
  readonly form: LossForm;
  /** Divides the cosine similarities; above 0. */
  readonly temperature: number;
  /** Compute the read-outs too, into `sums`. */
  readonly readouts: boolean;
  /** `[n, 1]` float32: 1 for rows that may be anchors. Borrowed. @default all */
  readonly anchorMask?: tf.Tensor2D | undefined;
}

/** Sums over all rows of a batch. */
export type LossSums = {
  readonly [name in keyof LossRowValues]: tf.Scalar;
} & Partial<ReadoutTotals>;

/** The loss of a batch with its gradient. */
export type BatchLoss = {
  /** Mean over the anchors that have a positive, in nats; NaN without any, whose gradient is 0. */
  readonly value: tf.Scalar;
  /** `[n, size]`: `∂value / ∂z`. */
  readonly gradient: tf.Tensor2D;
  /** Sums over all anchors. */
  readonly sums: LossSums;
  /** `[n, 1]`: of each anchor the mean over its positives, in nats; 0 for the other rows. */
  readonly rowLoss: tf.Tensor2D;
};

/**
 * A contrastive loss of a batch in closed form. Up to 2,048 rows are one block. Beyond that, blocks of anchors
 * follow each other, so that no more than some 2,048² pairs are held at once where tensors are freed as they go.
 *
 * @param z `[n, size]` float32, L2-normalised rows. Borrowed.
 * @returns Tensors owned by the caller.
 * @throws {RangeError} When the shapes disagree or `temperature` is not above 0.
 */
export function batchLoss(
  z: tf.Tensor2D,
  pairs: BatchPairs,
  { form, temperature, readouts, anchorMask }: BatchLossOptions,
): BatchLoss {
  checkShapes(z, pairs, temperature);
  return tf.tidy(() => {
    const [n] = z.shape;
    const labels = 'labels' in pairs ? pairs.labels : tf.zeros<tf.Rank.R1>([n], 'int32');
    const position = tf.range(0, n, 1, 'int32'); // [n]
    const part = (from: number, count: number): Part =>
      tf.tidy(() => {
        const anchors = {
          z: rowsOf(z, from, count),
          labels: rowsOf(labels, from, count),
          position: rowsOf(position, from, count),
          anchorMask: anchorMask === undefined ? undefined : rowsOf(anchorMask, from, count),
        };
        const are: Columns['are'] =
          'labels' in pairs ? pairs : { positive: rowsOf(pairs.positive, from, count) };
        const options = { form, temperature, gradient: true, readouts } as const;
        const { rows, totals, gradient } = blockLoss(anchors, [{ z, are }], options);
        const sums = { ...summed(rows), ...totals };
        // It was asked for, of one set of columns.
        const { anchors: ofAnchors, columns } = gradient!;
        return { sums, rowLoss: rows.loss, anchors: ofAnchors, columns: columns[0]! };
      });

    const size = Math.min(n, Math.max(1, Math.floor(mostRowsAtOnce ** 2 / n)));
    let { sums, columns, ...first } = part(0, size);
    const anchors = [first.anchors]; // n / size of [size, dim]
    const rowLosses = [first.rowLoss]; // n / size of [size, 1]
    for (let from = size; from < n; from += size) {
      const next = part(from, Math.min(size, n - from));
      const before = { sums, columns };
      sums = addedSums(before.sums, next.sums);
      columns = tf.add(before.columns, next.columns);
      tf.dispose([before, next.columns, next.sums]);
      anchors.push(next.anchors);
      rowLosses.push(next.rowLoss);
    }
    const gradient = tf.add(joined(anchors), columns); // [n, dim]
    const rowLoss = joined(rowLosses); // [n, 1]
    // Over no anchors the mean is undefined, 0 / 0. Nothing moves it: its gradient is 0.
    const value = tf.div<tf.Scalar>(sums.loss, sums.anchors); // []
    return { value, gradient: tf.div(gradient, tf.maximum(sums.anchors, 1)), sums, rowLoss };
  });
}

function joined(blocks: readonly tf.Tensor2D[]): tf.Tensor2D {
  return blocks.length === 1 ? blocks[0]! : tf.concat([...blocks]);
}

interface Part {
  readonly sums: LossSums;
  /** `[rows of the block, 1]` */
  readonly rowLoss: tf.Tensor2D;
  /** `[rows of the block, dim]` */
  readonly anchors: tf.Tensor2D;
  /** `[n, dim]` */
  readonly columns: tf.Tensor2D;
}

function summed(rows: LossRowValues): LossSums {
  const sums = Object.entries(rows).map(([name, values]) => [name, tf.sum(values)]);
  // The names are those of the rows.
  return Object.fromEntries(sums) as LossSums;
}

function addedSums(one: LossSums, other: LossSums): LossSums {
  const names = Object.keys(one) as (keyof LossSums)[];
  const sums = names.map((name) => [name, tf.add(one[name]!, other[name]!)]);
  // The names and shapes are those of the parts.
  return Object.fromEntries(sums) as LossSums;
}

/** A run of rows; the tensor itself when that is all of them. */
function rowsOf<T extends tf.Tensor1D | tf.Tensor2D>(x: T, from: number, count: number): T {
  return count === x.shape[0] ? x : tf.slice(x, from, count);
}

function checkShapes(z: tf.Tensor2D, pairs: BatchPairs, temperature: number): void {
  const [n] = z.shape;
  if ('labels' in pairs) {
    const { shape } = pairs.labels;
    if (shape.length !== 1 || shape[0] !== n) {
      throw new RangeError(
        `Expected \`labels\` of shape \`[${n}]\`, one for each row, got \`[${shape.join(', ')}]\``,
      );
    }
  } else if (pairs.positive.shape.some((size) => size !== n)) {
    throw new RangeError(
      `Expected \`positive\` of shape \`[${n}, ${n}]\`, a row and a column for each row, got ` +
        `\`[${pairs.positive.shape.join(', ')}]\``,
    );
  }
  if (!(temperature > 0)) {
    throw new RangeError(`Expected \`temperature\` to be above 0, got \`${temperature}\``);
  }
}
