import { tf } from '../tensor/tf.ts';
import type { AnchorBlock, Anchors } from './anchor-block.ts';
import { sincere, supcon } from './loss-forms.ts';
import { lossTerms } from './loss-terms.ts';
import { allOthers, type RowExponentials } from './row-exponentials.ts';

/** `[rows, 1]` each: what every row of a block adds to the sums that the read-outs of a batch follow from (`lossReadouts`). */
export type ReadoutRows = {
  /** SINCERE and SupCon of each anchor, in nats. */
  readonly sincere: tf.Tensor2D;
  readonly supcon: tf.Tensor2D;
  /** Rows of a known class. */
  readonly known: tf.Tensor2D;
  /** Those with a positive that is more similar than every negative. */
  readonly right: tf.Tensor2D;
  /** (anchor, positive) pairs, and those that SupCon pushes apart. */
  readonly positivePairs: tf.Tensor2D;
  readonly repelledPairs: tf.Tensor2D;
  /** Sums of SupCon's gradient over positive pairs, by its sign; both 0 or more. */
  readonly repulsion: tf.Tensor2D;
  readonly attraction: tf.Tensor2D;
  /** Squared distances of positive pairs. */
  readonly squaredDistances: tf.Tensor2D;
  /** `exp(−2 · squared distance)` over all pairs, and the number of these. */
  readonly potential: tf.Tensor2D;
  readonly pairs: tf.Tensor2D;
  /** Anchors with both a positive and a negative, and the logarithms of their numbers of negatives. */
  readonly contrasted: tf.Tensor2D;
  readonly logNegatives: tf.Tensor2D;
};

/** Sums over a block that are more than a number. */
export type ReadoutTotals = {
  /** `[size]`: z over rows of a known class. */
  readonly centre: tf.Tensor1D;
  /** `[size, size]`: `zᵀz` over rows of a known class. */
  readonly moments: tf.Tensor2D;
};

/**
 * Read-outs of a block, beside its loss.
 *
 * Leaves what it computes to the `tf.tidy` around it.
 */
export function readoutRows(
  block: AnchorBlock,
  exponentials: { readonly negatives: RowExponentials; readonly positives: RowExponentials },
  temperature: number,
): ReadoutRows {
  const { anchor, known, negatives, positives } = block;
  const right = tf.greater(exponentials.positives.largest, exponentials.negatives.largest); // [rows, 1]
  return {
    sincere: lossTerms(block, sincere, exponentials).loss,
    supcon: lossTerms(block, supcon, exponentials).loss,
    known,
    // A row without a positive has nothing that could be right.
    right: tf.mul(tf.mul(asFloat(right), known), tf.minimum(positives, 1)),
    ...repulsion(block, exponentials),
    ...geometry(block, temperature),
    contrasted: tf.mul(anchor, tf.minimum(negatives, 1)),
    logNegatives: tf.mul(anchor, tf.log(tf.maximum(negatives, 1))),
  };
}

/** First and second moments of the rows of a block. */
export function readoutTotals({ z }: Anchors, { known }: AnchorBlock): ReadoutTotals {
  const knownRows = tf.mul<tf.Tensor2D>(z, known); // [rows, size]
  return { centre: tf.sum(knownRows, 0), moments: tf.matMul(knownRows, knownRows, true, false) };
}

type Repulsion = Pick<ReadoutRows, 'positivePairs' | 'repelledPairs' | 'repulsion' | 'attraction'>;

/** SupCon's gradient on positives: `(qᵢₚ − 1 / |P|)` for each anchor, q its softmax over all other rows. */
function repulsion(
  { columns, anchor, positives: count }: AnchorBlock,
  {
    negatives,
    positives,
  }: { readonly negatives: RowExponentials; readonly positives: RowExponentials },
): Repulsion {
  const { ofPositives } = allOthers(negatives, positives);
  const some = tf.maximum(count, 1); // [rows, 1]
  const sums = columns.flatMap(({ masks }, at) => {
    const exponential = positives.matrices[at];
    if (masks === null || exponential == null || ofPositives === null) return [];
    // Compared as `q · |P| > 1`, without dividing: equal shares are not repelled.
    const share = tf.mul(exponential, tf.mul(ofPositives, some)); // [rows, columns]
    const pairs = tf.mul<tf.Tensor2D>(masks.positive, anchor); // [rows, columns]
    const excess = tf.mul(tf.div(tf.sub(share, 1), some), pairs); // [rows, columns]
    return [
      {
        positivePairs: rowSums(pairs),
        repelledPairs: rowSums(tf.mul(asFloat(tf.greater(share, 1)), pairs)),
        repulsion: rowSums(tf.relu(excess)),
        attraction: rowSums(tf.relu(tf.neg(excess))),
      },
    ];
  });
  return added(sums);
}

type Geometry = Pick<ReadoutRows, 'squaredDistances' | 'potential' | 'pairs'>;

/** Squared distances of unit rows: `‖zᵢ − zⱼ‖² = 2 − 2 zᵢ · zⱼ`. */
function geometry({ columns, anchor, known }: AnchorBlock, temperature: number): Geometry {
  const sums = columns.map(({ scaled, masks }) => {
    const squared = tf.sub(2, tf.mul(scaled, 2 * temperature)); // [rows, columns]
    const potential = tf.exp(tf.mul(squared, -2)); // [rows, columns]
    if (masks === null) {
      return {
        squaredDistances: tf.zerosLike(known),
        potential: tf.mul<tf.Tensor2D>(rowSums(potential), known),
        pairs: tf.mul<tf.Tensor2D>(known, scaled.shape[1]),
      };
    }
    const pairs = tf.add(masks.positive, masks.negative); // [rows, columns]
    return {
      squaredDistances: rowSums(tf.mul(squared, tf.mul(masks.positive, anchor))),
      potential: rowSums(tf.mul(potential, pairs)),
      pairs: rowSums(pairs),
    };
  });
  return added(sums);
}

function added<K extends string>(
  parts: readonly Readonly<Record<K, tf.Tensor2D>>[],
): Readonly<Record<K, tf.Tensor2D>> {
  return parts.reduce((one, other) => {
    const sums = Object.entries<tf.Tensor2D>(one).map(([name, x]) => [
      name,
      tf.add(x, other[name as K]),
    ]);
    // The names are those of the parts.
    return Object.fromEntries(sums) as Readonly<Record<K, tf.Tensor2D>>;
  });
}

function rowSums(x: tf.Tensor): tf.Tensor2D {
  return tf.sum<tf.Tensor2D>(x, 1, true);
}

function asFloat(condition: tf.Tensor): tf.Tensor {
  return tf.cast(condition, 'float32');
}
