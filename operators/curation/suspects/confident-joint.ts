import { type ClassShares, largestShare } from './class-shares.ts';

/** Estimated rows of one given class that belong to another. */
export interface PairEstimate {
  readonly given: number;
  /** The class that they belong to. */
  readonly true: number;
  /** Above 0: rows confidently counted, scaled so that the counts of a given class add up to its rows. */
  readonly estimated: number;
}

/** Counts of given and true classes, estimated from the votes of neighbours. */
export interface ConfidentJoint {
  /**
   * `[classes]` mean share of the class among the neighbours of the rows that have it; of a class without any the mean
   * of all rows, NaN without a vote.
   */
  readonly thresholds: Float64Array;
  /** Off-diagonal entries above 0, by given class and then by true class. */
  readonly estimates: readonly PairEstimate[];
}

/** Rows with a class: what they are labelled, and the vote about each. */
export interface VotedRows {
  /** `[rows]` class, 0 or more. */
  readonly labels: Int32Array;
  /** `[rows]` empty where nobody votes. */
  readonly shares: readonly ClassShares[];
  readonly classes: number;
}

/** A mean of equal shares may round to above them: what reaches it but for rounding reaches it. */
const rounding = 1e-9;

/**
 * Confident joint, calibrated: a row is counted for the class of the largest share among those whose share reaches the
 * threshold of their class, which is its mean among the rows that are labelled so. Shares of 0 reach none.
 *
 * `estimated[i, j] = counts[i, j] × rows[i] / Σₗ counts[i, l]`. Of a class without a counted row nothing is estimated.
 *
 * @see Northcutt, Jiang and Chuang, Confident learning, JAIR 70, 2021, section 3.1, equations 1 to 3.
 */
export function confidentJoint(rows: VotedRows): ConfidentJoint {
  const { labels, shares, classes } = rows;
  const thresholds = meanShares(rows);
  const members = new Float64Array(classes);
  const counted = new Float64Array(classes);
  const counts = new Map<number, number>();
  for (const [row, given] of labels.entries()) {
    members[given]! += 1;
    const confident = largestShare(
      shares[row]!,
      (label, share) => share > 0 && share >= thresholds[label]! - rounding,
    );
    if (confident < 0) continue;
    counted[given]! += 1;
    const pair = given * classes + confident;
    if (confident !== given) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  const estimates = [...counts.keys()]
    .sort((a, b) => a - b)
    .map((pair) => {
      const given = Math.floor(pair / classes);
      const estimated = (counts.get(pair)! * members[given]!) / counted[given]!;
      return { given, true: pair % classes, estimated };
    });
  return { thresholds, estimates };
}

/** Summed in the order of the rows. A row nobody votes about does not count. */
function meanShares({ labels, shares, classes }: VotedRows): Float64Array {
  const sums = new Float64Array(classes);
  const rows = new Float64Array(classes);
  for (const [row, label] of labels.entries()) {
    if (shares[row]!.size === 0) continue;
    sums[label]! += shares[row]!.get(label) ?? 0;
    rows[label]! += 1;
  }
  const all = sum(sums) / sum(rows);
  return sums.map((own, label) => (rows[label]! > 0 ? own / rows[label]! : all));
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
