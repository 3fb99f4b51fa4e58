import type { MistakenPair } from './mistaken-pairs.ts';
import { mistakenPairs } from './mistaken-pairs.ts';
import type { SuspectLabels } from './suspect-labels.ts';

/** What a training recorded of each image, summed over its records. Images in any order. */
export interface LabelHistory {
  readonly classes: readonly string[];
  readonly ids: readonly string[];
  /** `[images]` class, -1 when unknown. */
  readonly labels: Int32Array;
  /** `[images]` records with both similarities, and with a loss. */
  readonly compared: Int32Array;
  readonly measured: Int32Array;
  /** `[images]` sums over those records. */
  readonly ownSimilarity: Float64Array;
  readonly otherSimilarity: Float64Array;
  readonly loss: Float64Array;
  /** `[images]` of the compared records, those that were at least as near to the own class as to any other. */
  readonly ownNearest: Int32Array;
  /** Of each image: records by the other class that was the nearest of the others. */
  readonly others: readonly ReadonlyMap<number, number>[];
  /** `[images]` the same, of records that were nearer to it than to their own class. */
  readonly nearer: readonly ReadonlyMap<number, number>[];
}

/** Deviations below the median of its class, in units that are a standard deviation where margins are normal. */
const deviations = 2.5;

/** Median absolute deviation of a normal distribution over its standard deviation, inverted. */
const normalScale = 1.4826;

/**
 * Finds labels that are probably wrong by what a training recorded: the margin of an image, its mean similarity to its own class
 * minus that to the nearest other one, averaged over all records (the area under the margin, AUM). The lowest is the most
 * suspicious.
 *
 * An image is a suspect when its margin is an outlier of its class: more than 2.5 standard deviations below the median, the deviation
 * estimated from the median absolute one, which up to half of wrong labels do not move far. What is suggested is the class that was most
 * often the nearest other.
 *
 * @returns As of neighbours, of which there are none here: `k` is 0. `selfConfidence` is the share of its records that were
 * nearest to their own class, `suggestedShare` that of the suggested one, `estimated` of a pair its suspects; the
 * margin is in the unit of the similarities, that of a classifier in logits; `thresholds` are margins, below which an image is a suspect.
 * @see Pleiss, Zhang, Elenberg and Weinberger, Identifying mislabeled data using the area under the margin ranking, 2020.
 */
export function suspectsOfHistory(history: LabelHistory): SuspectLabels {
  const { classes, labels, compared, ids } = history;
  const mean = (sums: Float64Array, counts: Int32Array): Float64Array =>
    sums.map((sum, row) => (counts[row] === 0 ? Number.NaN : sum / counts[row]!));
  const own = mean(history.ownSimilarity, compared);
  const otherSimilarity = mean(history.otherSimilarity, compared);
  const margin = own.map((value, row) => value - otherSimilarity[row]!);
  const thresholds = Float64Array.from(classes.keys(), (label) =>
    outlierBelow(margin.filter((value, row) => labels[row] === label && !Number.isNaN(value))),
  );
  const suspect = Uint8Array.from(margin, (value, row) =>
    Number(labels[row]! >= 0 && value < thresholds[labels[row]!]!),
  );
  const suggestions = suggested(history, { margin, suspect });
  return {
    ...suggestions,
    classes,
    count: ids.length,
    k: 0,
    labels,
    selfConfidence: mean(Float64Array.from(history.ownNearest), compared),
    margin,
    loss: mean(history.loss, history.measured),
    rank: ranks(margin),
    suspect,
    otherSimilarity,
    duplicate: new Int32Array(ids.length).fill(-1),
    neighbours: new Int32Array(),
    similarities: new Float64Array(),
    support: { id: (row) => ids[row]!, labels: new Int32Array(), count: 0 },
    thresholds,
    pairs: pairsOf(history, suggestions.suggested, suspect),
    sampled: false,
  };
}

/** The class of most records: that of the label, unless another is nearer or the image is a suspect. */
function suggested(
  { labels, compared, ownNearest, others, nearer }: LabelHistory,
  { margin, suspect }: Pick<SuspectLabels, 'margin' | 'suspect'>,
): Pick<SuspectLabels, 'suggested' | 'suggestedShare'> {
  const classes = labels.map((label, row) => {
    if (compared[row] === 0) return -1;
    return suspect[row] === 1 || margin[row]! < 0 ? mostFrequent(others[row]!) : label;
  });
  const shares = Float64Array.from(classes, (label, row) => {
    const records = label === labels[row] ? ownNearest[row]! : (nearer[row]!.get(label) ?? 0);
    return compared[row] === 0 ? Number.NaN : records / compared[row]!;
  });
  return { suggested: classes, suggestedShare: shares };
}

/** Ties: the lowest class. */
function mostFrequent(counts: ReadonlyMap<number, number>): number {
  let [winner, most] = [-1, 0];
  for (const [label, count] of counts) {
    if (count > most || (count === most && label < winner)) [winner, most] = [label, count];
  }
  return winner;
}

/** The value below which one of these is an outlier; -∞ of none, and where half of them are equal. */
function outlierBelow(values: Float64Array): number {
  if (values.length === 0) return -Infinity;
  const middle = median(values);
  const deviation = median(values.map((value) => Math.abs(value - middle)));
  return deviation === 0 ? -Infinity : middle - deviations * normalScale * deviation;
}

function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** 1 for the lowest margin; 0 for none. */
function ranks(margin: Float64Array): Int32Array {
  const rows = Int32Array.from(margin.keys()).filter((row) => !Number.isNaN(margin[row]!));
  rows.sort((a, b) => margin[a]! - margin[b]! || a - b);
  const rank = new Int32Array(margin.length);
  for (const [at, row] of rows.entries()) rank[row] = at + 1;
  return rank;
}

function pairsOf(
  { labels, classes }: LabelHistory,
  suggestions: Int32Array,
  suspect: Uint8Array,
): readonly MistakenPair[] {
  const rows = { labels, suggested: suggestions, suspect, classes: classes.length };
  return mistakenPairs(rows, []).map((pair) => ({
    given: pair.given,
    suggested: pair.suggested,
    suspects: pair.suspects,
    estimated: pair.suspects,
  }));
}
