import type { ScoredPredictions, ScoredProbe } from './metric-entry.ts';

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
