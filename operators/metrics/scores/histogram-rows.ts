import type { ImageScores } from './image-scores.ts';
import { imagesOfClasses } from './images-of-classes.ts';

/** One bin of a histogram of similarities. */
export interface HistogramRow {
  /** Similarity to the nearest of the same (`target`) or of another class (`noise`). */
  readonly series: 'target' | 'noise';
  /** Null over all classes. */
  readonly class: string | null;
  /** Similarities from `low` to below `high`; those beyond the ends are in the end bins. */
  readonly low: number;
  readonly high: number;
  readonly images: number;
  /** Of the images of the series, 0 to 1; 0 without any. */
  readonly share: number;
}

/** The bins of the paper's figures. */
const bins = { count: 100, from: -0.1, to: 1 };

/**
 * Similarities to the nearest training image of the same and of another class, over all scored images and by class.
 *
 * @see tufts-ml/SupContrast `embed_stats.py`.
 */
export function histogramRows(scores: ImageScores, scored: Int32Array): HistogramRow[] {
  const { classes, target, noise } = scores;
  const groups = [
    { name: null, images: scored },
    ...imagesOfClasses(scores, scored).map((images, label) => ({ name: classes[label]!, images })),
  ];
  const series = { target: target.get(1)!, noise: noise.get(1)! };
  return groups.flatMap(({ name, images }) =>
    (['target', 'noise'] as const).flatMap((which) =>
      histogram(
        Float64Array.from(images, (image) => series[which][image]!).filter(
          (value) => !Number.isNaN(value),
        ),
      ).map((bin) => ({ series: which, class: name, ...bin })),
    ),
  );
}

function histogram(values: Float64Array): Omit<HistogramRow, 'series' | 'class'>[] {
  const { count, from, to } = bins;
  const images = new Uint32Array(count);
  for (const value of values) {
    const bin = Math.floor(((value - from) / (to - from)) * count);
    images[Math.min(count - 1, Math.max(0, bin))]! += 1;
  }
  const edge = (bin: number): number => from + ((to - from) * bin) / count;
  return Array.from(images, (inBin, bin) => ({
    low: edge(bin),
    high: edge(bin + 1),
    images: inBin,
    share: values.length === 0 ? 0 : inBin / values.length,
  }));
}
