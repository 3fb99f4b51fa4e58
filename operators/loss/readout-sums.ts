import { tf } from '../tf.ts';
import type { AnchorBlock, Anchors } from './anchor-block.ts';
import { sincere, supcon } from './loss-forms.ts';
import { lossTerms } from './loss-terms.ts';
import { allOthers, type RowExponentials } from './row-exponentials.ts';

/** Sums over a block from which the read-outs of a batch follow (`stepReadouts`). */
export type ReadoutSums = {
  /** SINCERE and SupCon: sums over the anchors, in nats. */
  readonly sincere: tf.Scalar;
  readonly supcon: tf.Scalar;
  /** Rows of a known class. */
  readonly known: tf.Scalar;
  /** Those with a positive that is more similar than every negative. */
  readonly right: tf.Scalar;
  /** (anchor, positive) pairs, and those that SupCon pushes apart. */
  readonly positivePairs: tf.Scalar;
  readonly repelledPairs: tf.Scalar;
  /** Sums of SupCon's gradient over positive pairs, by its sign; both 0 or more. */
  readonly repulsion: tf.Scalar;
  readonly attraction: tf.Scalar;
  /** Squared distances of positive pairs. */
  readonly squaredDistances: tf.Scalar;
  /** `exp(−2 · squared distance)` over all pairs, and the number of these. */
  readonly potential: tf.Scalar;
  readonly pairs: tf.Scalar;
  /** Anchors with both a positive and a negative, and the logarithms of their numbers of negatives. */
  readonly contrasted: tf.Scalar;
  readonly logNegatives: tf.Scalar;
  /** `[size]`: z over rows of a known class. */
  readonly centre: tf.Tensor1D;
  /** `[size, size]`: `zᵀz` over rows of a known class. */
  readonly moments: tf.Tensor2D;
};

/**
 * What is read out of a block beside its loss.
 *
 * Leaves what it computes to the `tf.tidy` around it.
 */
export function readoutSums(
  anchors: Anchors,
  block: AnchorBlock,
  exponentials: { readonly negatives: RowExponentials; readonly positives: RowExponentials },
  temperature: number,
): ReadoutSums {
  const { anchor, known, negatives, positives } = block;
  const right = tf.greater(exponentials.positives.largest, exponentials.negatives.largest); // [rows, 1]
  const z = tf.mul<tf.Tensor2D>(anchors.z, known); // [rows, size]
  return {
    sincere: lossTerms(block, sincere, exponentials).loss,
    supcon: lossTerms(block, supcon, exponentials).loss,
    known: tf.sum(known),
    // A row without a positive has nothing that could be right.
    right: tf.sum(tf.mul(tf.mul(asFloat(right), known), tf.minimum(positives, 1))),
    ...repulsion(block, exponentials),
    ...geometry(block, temperature),
    contrasted: tf.sum(tf.mul(anchor, tf.minimum(negatives, 1))),
    logNegatives: tf.sum(tf.mul(anchor, tf.log(tf.maximum(negatives, 1)))),
    centre: tf.sum(z, 0),
    moments: tf.matMul(z, z, true, false),
  };
}

type Repulsion = Pick<ReadoutSums, 'positivePairs' | 'repelledPairs' | 'repulsion' | 'attraction'>;

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
        positivePairs: tf.sum<tf.Scalar>(pairs),
        repelledPairs: tf.sum<tf.Scalar>(tf.mul(asFloat(tf.greater(share, 1)), pairs)),
        repulsion: tf.sum<tf.Scalar>(tf.relu(excess)),
        attraction: tf.sum<tf.Scalar>(tf.relu(tf.neg(excess))),
      },
    ];
  });
  return added(sums);
}

type Geometry = Pick<ReadoutSums, 'squaredDistances' | 'potential' | 'pairs'>;

/** Squared distances of unit rows: `‖zᵢ − zⱼ‖² = 2 − 2 zᵢ · zⱼ`. */
function geometry({ columns, anchor, known }: AnchorBlock, temperature: number): Geometry {
  const sums = columns.map(({ scaled, masks }) => {
    const squared = tf.sub(2, tf.mul(scaled, 2 * temperature)); // [rows, columns]
    const potential = tf.exp(tf.mul(squared, -2)); // [rows, columns]
    if (masks === null) {
      return {
        squaredDistances: tf.scalar(0),
        potential: tf.sum<tf.Scalar>(tf.mul(tf.sum(potential, 1, true), known)),
        pairs: tf.mul<tf.Scalar>(tf.sum(known), scaled.shape[1]),
      };
    }
    const pairs = tf.add(masks.positive, masks.negative); // [rows, columns]
    return {
      squaredDistances: tf.sum<tf.Scalar>(tf.mul(squared, tf.mul(masks.positive, anchor))),
      potential: tf.sum<tf.Scalar>(tf.mul(potential, pairs)),
      pairs: tf.sum<tf.Scalar>(pairs),
    };
  });
  return added(sums);
}

function added<K extends string>(
  parts: readonly Readonly<Record<K, tf.Scalar>>[],
): Readonly<Record<K, tf.Scalar>> {
  return parts.reduce((one, other) => {
    const sums = Object.entries<tf.Scalar>(one).map(([name, x]) => [
      name,
      tf.add(x, other[name as K]),
    ]);
    // The names are those of the parts.
    return Object.fromEntries(sums) as Readonly<Record<K, tf.Scalar>>;
  });
}

function asFloat(condition: tf.Tensor): tf.Tensor {
  return tf.cast(condition, 'float32');
}
