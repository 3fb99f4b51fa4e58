import type {
  ScoredNeighbours,
  ScoredPredictions,
  ScoredProbe,
  ScoredShares,
} from './metric-entry.ts';

/** `[count]` float64 with `value(image)` for each scored image, NaN for the others. */
function imageColumn(
  count: number,
  scored: Int32Array,
  value: (image: number) => number,
): Float64Array {
  const column = new Float64Array(count).fill(Number.NaN);
  for (const image of scored) column[image] = value(image);
  return column;
}

/** Accuracy by image: 1 where the prediction is right, 0 where it is wrong. */
export function rightAnswers({ predicted, labels, scored }: ScoredPredictions): Float64Array {
  return imageColumn(labels.length, scored, (image) => Number(predicted[image] === labels[image]));
}

/**
 * Top-k accuracy by image: 1 where the image's own class is among the `k` likeliest; 0 where the probe does not know it.
 * Null for a probe of `k` classes or fewer but more than one place: it would always be 1.
 */
export function withinTop(k: number): (probe: ScoredProbe) => Float64Array | null {
  return ({ classes, ranks, scored }) =>
    k > 1 && classes.length <= k
      ? null
      : imageColumn(ranks.length, scored, (image) =>
          Number(ranks[image]! >= 0 && ranks[image]! < k),
        );
}

/** Cross entropy by image, in nats; NaN where the probe does not know the class. */
export function crossEntropies({ logLoss, scored }: ScoredProbe): Float64Array {
  return imageColumn(logLoss.length, scored, (image) => logLoss[image]!);
}

/** Recall@k by image: 1 where an image of the class is among the k nearest, 0 where none is. */
export function recalls(source: ScoredNeighbours): Float64Array {
  const { labels, scored } = source;
  return imageColumn(labels.length, scored, (image) => Number(ofOwnClass(source, image) > 0));
}

/** Precision@k by image: share of the k nearest that are of the class. Null for k = 1, which has a name of its own. */
export function precisions(source: ScoredNeighbours): Float64Array | null {
  const { k, labels, scored } = source;
  return k === 1
    ? null
    : imageColumn(labels.length, scored, (image) => ofOwnClass(source, image) / k);
}

function ofOwnClass({ k, places, neighbours, labels }: ScoredNeighbours, image: number): number {
  const nearest = neighbours.subarray(image * places, image * places + k);
  return nearest.reduce((count, label) => count + Number(label === labels[image]), 0);
}

/** Confidence of the vote by image; NaN where no class has a weight above 0. */
export function confidences({ confidence, scored }: ScoredShares): Float64Array {
  return imageColumn(confidence.length, scored, (image) => confidence[image]!);
}

/** Brier score of the vote by image; NaN where no class has a weight above 0. */
export function brierScores({ brier, scored }: ScoredShares): Float64Array {
  return imageColumn(brier.length, scored, (image) => brier[image]!);
}
