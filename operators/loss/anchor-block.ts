import { tf } from '../tensor/tf.ts';

/** Rows that are compared with others, each in the role of the anchor. Borrowed by whoever gets them. */
export interface Anchors {
  /** `[rows, size]` float32, L2-normalised rows. */
  readonly z: tf.Tensor2D;
  /** `[rows]` int32 class ids, -1 for rows to leave out. */
  readonly labels: tf.Tensor1D;
  /** `[rows]` int32: where each row stands among the columns, -1 where it does not. */
  readonly position: tf.Tensor1D;
  /** `[rows, 1]` float32: 1 for rows that may be anchors, 0 for the others. All may when not given. */
  readonly anchorMask?: tf.Tensor2D | undefined;
}

/** Rows that anchors are compared with. */
export interface Columns {
  /** `[columns, size]` float32, L2-normalised rows. */
  readonly z: tf.Tensor2D;
  /**
   * Relation to the anchors: class ids `[columns]` int32, -1 for rows to leave out; or the positives
   * themselves, `[rows, columns]` float32 of 1 and 0, all other columns being negatives; or `otherClass`, for
   * known rows that are all of other classes.
   */
  readonly are:
    | { readonly labels: tf.Tensor1D }
    | { readonly positive: tf.Tensor2D }
    | { readonly otherClass: true };
}

/** Anchors against some columns. Masks are float32, 1 where they hold and 0 elsewhere. */
export type ComparedColumns = {
  /** `[rows, columns]`: `sᵢⱼ = zᵢ · zⱼ / temperature`. */
  readonly scaled: tf.Tensor2D;
  /** Null where every column is a negative of every anchor. */
  readonly masks: {
    /** `[rows, columns]`: same class, and not the anchor itself. */
    readonly positive: tf.Tensor2D;
    /** `[rows, columns]`: another class. */
    readonly negative: tf.Tensor2D;
  } | null;
};

/** Some anchors against everything that they are compared with: all that a loss needs to know of them. */
export type AnchorBlock = {
  readonly columns: readonly ComparedColumns[];
  /** `[rows, 1]`: positives of each anchor. */
  readonly positives: tf.Tensor2D;
  /** `[rows, 1]`: negatives of each anchor. */
  readonly negatives: tf.Tensor2D;
  /** `[rows, 1]`: 1 for each row that may be an anchor and has a positive. */
  readonly anchor: tf.Tensor2D;
  /** `[rows, 1]`: 1 for each row that may be an anchor, with or without a positive. */
  readonly anchorMask: tf.Tensor2D;
  /** `[rows, 1]`: 1 for each row of a known class. */
  readonly known: tf.Tensor2D;
};

/**
 * Compares anchors with columns. A row labelled -1 is neither anchor nor positive nor negative.
 *
 * Leaves what it computes to the `tf.tidy` around it.
 */
export function anchorBlock(
  anchors: Anchors,
  columns: readonly Columns[],
  temperature: number,
): AnchorBlock {
  const rows = anchors.z.shape[0];
  const sharpened = tf.mul<tf.Tensor2D>(anchors.z, 1 / temperature); // [rows, size]
  const known = asFloat(tf.greater(tf.reshape(anchors.labels, [rows, 1]), -1)); // [rows, 1]
  const compared = columns.map(({ z, are }): ComparedColumns => ({
    scaled: tf.matMul(sharpened, z, false, true), // [rows, columns]
    masks: 'otherClass' in are ? null : masksOf(anchors, known, are),
  }));
  const positives = sumOf(
    compared.flatMap(({ masks }) => (masks === null ? [] : [rowSums(masks.positive)])),
    rows,
  ); // [rows, 1]
  const negatives = sumOf(
    compared.map(({ scaled, masks }) =>
      masks === null ? tf.mul(known, scaled.shape[1]) : rowSums(masks.negative),
    ),
    rows,
  ); // [rows, 1]
  const anchorMask =
    anchors.anchorMask === undefined ? known : tf.mul<tf.Tensor2D>(known, anchors.anchorMask);
  const anchor = tf.mul<tf.Tensor2D>(anchorMask, tf.minimum(positives, 1)); // [rows, 1]
  return { columns: compared, positives, negatives, anchor, anchorMask, known };
}

type Relation = Exclude<Columns['are'], { readonly otherClass: true }>;

function masksOf(
  { labels, position }: Anchors,
  known: tf.Tensor2D,
  are: Relation,
): NonNullable<ComparedColumns['masks']> {
  const count = 'labels' in are ? are.labels.shape[0] : are.positive.shape[1];
  const self = asFloat(tf.equal(column(position), line(tf.range(0, count, 1, 'int32')))); // [rows, columns]
  const notSelf = tf.sub<tf.Tensor2D>(1, self); // [rows, columns]
  if ('positive' in are) {
    const positive = tf.mul<tf.Tensor2D>(are.positive, notSelf); // [rows, columns]
    return { positive, negative: tf.sub(notSelf, positive) };
  }
  const knownColumn = asFloat(tf.greater(line(are.labels), -1)); // [1, columns]
  const knownPair = tf.mul<tf.Tensor2D>(known, knownColumn); // [rows, columns]
  const same = tf.mul(asFloat(tf.equal(column(labels), line(are.labels))), knownPair); // [rows, columns]
  return {
    positive: tf.mul(same, notSelf), // [rows, columns]
    negative: tf.sub(knownPair, same), // [rows, columns]
  };
}

function rowSums(x: tf.Tensor2D): tf.Tensor2D {
  return tf.sum<tf.Tensor2D>(x, 1, true);
}

function sumOf(terms: readonly tf.Tensor2D[], rows: number): tf.Tensor2D {
  return terms.length === 0 ? tf.zeros([rows, 1]) : tf.addN([...terms]);
}

function column(vector: tf.Tensor1D): tf.Tensor2D {
  return tf.reshape(vector, [vector.shape[0], 1]);
}

function line(vector: tf.Tensor1D): tf.Tensor2D {
  return tf.reshape(vector, [1, vector.shape[0]]);
}

function asFloat(condition: tf.Tensor): tf.Tensor2D {
  return tf.cast(condition, 'float32') as tf.Tensor2D;
}
