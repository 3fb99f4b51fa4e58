import { type ClassShares, largestShare } from './class-shares.ts';

/** How many rows of one given class probably belong to another. */
export interface ClassPair {
  readonly given: number;
  readonly suggested: number;
  /** Rows that are suspects. */
  readonly suspects: number;
  /** Estimated rows: `counts[given, suggested]` scaled so that the counts of a given class add up to its rows. */
  readonly estimated: number;
}

/** Confident learning from the votes of neighbours. */
export interface ConfidentJoint {
  /**
   * `[classes]` mean share of the class among the neighbours of the rows that have it; of a class without any the mean
   * of all rows, NaN without a vote.
   */
  readonly thresholds: Float64Array;
  /** `[rows]` class that a row confidently belongs to, -1 for none. */
  readonly confident: Int32Array;
  /** Pairs of different classes with any rows, most estimated first. */
  readonly pairs: readonly ClassPair[];
}

/** Rows with a class: what they are labelled, and the vote about each. */
export interface VotedRows {
  /** `[rows]` class, 0 or more. */
  readonly labels: Int32Array;
  /** `[rows]` empty where nobody votes. */
  readonly shares: readonly ClassShares[];
  readonly classes: number;
}

/**
 * Confident joint: a row is counted for the class of the largest share among those whose share reaches the threshold
 * of their class, which is its mean among the rows that are labelled so. Shares of 0 reach none.
 *
 * @see Northcutt, Jiang and Chuang, Confident learning, JAIR 70, 2021, sections 3.1 and 3.2.
 */
export function confidentJoint(rows: VotedRows): ConfidentJoint {
  const { labels, shares } = rows;
  const thresholds = meanShares(rows);
  const confident = Int32Array.from(shares, (row) =>
    largestShare(row, (label, share) => share > 0 && share >= thresholds[label]!),
  );
  const counts = new Map<string, ClassPair>();
  const members = new Float64Array(rows.classes);
  const counted = new Float64Array(rows.classes);
  for (const [row, given] of labels.entries()) {
    members[given]! += 1;
    const suggested = confident[row]!;
    if (suggested < 0) continue;
    counted[given]! += 1;
    if (suggested === given) continue;
    const key = `${given} ${suggested}`;
    const suspects = (counts.get(key)?.suspects ?? 0) + 1;
    counts.set(key, { given, suggested, suspects, estimated: 0 });
  }
  const pairs = [...counts.values()].map(({ given, suggested, suspects }) => {
    const estimated = (suspects * members[given]!) / counted[given]!;
    return { given, suggested, suspects, estimated };
  });
  return { thresholds, confident, pairs: pairs.sort(byEstimate) };
}

function byEstimate(a: ClassPair, b: ClassPair): number {
  return b.estimated - a.estimated || a.given - b.given || a.suggested - b.suggested;
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
