/** One bin of a reliability diagram: predictions of about the same confidence. */
export interface ReliabilityBin {
  /** Confidences from above `low`, in the first bin from 0 on, up to `high`. */
  readonly low: number;
  readonly high: number;
  readonly images: number;
  /** Mean confidence and accuracy of these images; null without any. */
  readonly confidence: number | null;
  readonly accuracy: number | null;
}

/** Bins of equal width. */
export const reliabilityBins = 15;

/**
 * Reliability table: 15 bins of equal width over the confidences, `(low, high]`.
 *
 * @param confidence `[count]`, 0 to 1; NaN counts in no bin.
 * @param right `[count]` 1 where the prediction is right, 0 where it is wrong; NaN counts in no bin.
 * @see Guo et al., On calibration of modern neural networks, arXiv:1706.04599.
 */
export function reliabilityTable(confidence: Float64Array, right: Float64Array): ReliabilityBin[] {
  const [images, confidences, rights] = [0, 0, 0].map(() => new Float64Array(reliabilityBins));
  for (let image = 0; image < confidence.length; image += 1) {
    if (Number.isNaN(confidence[image]! + right[image]!)) continue;
    const bin = binOf(confidence[image]!);
    images![bin]! += 1;
    confidences![bin]! += confidence[image]!;
    rights![bin]! += right[image]!;
  }
  return Array.from(images!, (count, bin) => ({
    low: bin / reliabilityBins,
    high: (bin + 1) / reliabilityBins,
    images: count,
    confidence: count === 0 ? null : confidences![bin]! / count,
    accuracy: count === 0 ? null : rights![bin]! / count,
  }));
}

/** The edges themselves decide, not a product that rounds. */
function binOf(confidence: number): number {
  let bin = Math.min(reliabilityBins - 1, Math.max(0, Math.ceil(confidence * reliabilityBins) - 1));
  while (bin > 0 && confidence <= bin / reliabilityBins) bin -= 1;
  while (bin < reliabilityBins - 1 && confidence > (bin + 1) / reliabilityBins) bin += 1;
  return bin;
}

/** Expected calibration error: `Σ_bins images / all · |accuracy − confidence|`; null without an image. */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number | null {
  const all = imagesIn(bins);
  if (all === 0) return null;
  return bins.reduce((sum, bin) => sum + (bin.images / all) * gapOf(bin), 0);
}

/** Maximum calibration error: the largest `|accuracy − confidence|` of a bin; null without an image. */
export function maximumCalibrationError(bins: readonly ReliabilityBin[]): number | null {
  return imagesIn(bins) === 0 ? null : Math.max(...bins.map(gapOf));
}

/** Images in all bins. */
export function imagesIn(bins: readonly ReliabilityBin[]): number {
  return bins.reduce((sum, { images }) => sum + images, 0);
}

function gapOf({ images, accuracy, confidence }: ReliabilityBin): number {
  return images === 0 ? 0 : Math.abs(accuracy! - confidence!);
}
