/** Bins of predictions by their confidence: the mean of each, the share that is right, and how many there are. */
export interface ConfidenceBins {
  readonly confidence: readonly number[];
  readonly accuracy: readonly number[];
  readonly images: readonly number[];
}

/** Mean confidences that are nearer are one dot. */
export const nearestDots = 0.02;

/**
 * Bins with those joined whose mean confidences are nearly the same; means are weighted by images. Votes of a few neighbours have a few
 * confidences, such as 0.2 and 0.4, and where one of them is the edge of a bin, it is in two.
 */
export function pooledBins({ confidence, accuracy, images }: ConfidenceBins): ConfidenceBins {
  const order = [...confidence.keys()].toSorted((a, b) => confidence[a]! - confidence[b]!);
  const pools: { confidence: number; right: number; images: number }[] = [];
  for (const at of order) {
    const [sure, count] = [confidence[at]!, images[at]!];
    const last = pools.at(-1);
    if (last === undefined || sure - last.confidence / last.images >= nearestDots) {
      pools.push({ confidence: sure * count, right: accuracy[at]! * count, images: count });
      continue;
    }
    last.confidence += sure * count;
    last.right += accuracy[at]! * count;
    last.images += count;
  }
  return {
    confidence: pools.map((pool) => pool.confidence / pool.images),
    accuracy: pools.map((pool) => pool.right / pool.images),
    images: pools.map((pool) => pool.images),
  };
}
