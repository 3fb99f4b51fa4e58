import { histogram } from '../curves/histogram.ts';
import type { ImageScores } from './image-scores.ts';
import { imagesOfClasses } from './images-of-classes.ts';

/** One bin of a histogram of similarities. */
export interface HistogramRow {
  /** Similarity to the nearest of the same (`target`) or of another class (`noise`). */
  readonly series: 'target' | 'noise';
  /** Null over all classes. */
  readonly class: string | null;
  /** Cosine similarities from `low` to below `high`, in the last bin up to 1. */
  readonly low: number;
  readonly high: number;
  readonly images: number;
  /** Of the images of the series, 0 to 1; 0 without any. */
  readonly share: number;
}

/**
 * Similarities to the nearest training image of the same and of another class, over all scored images and by class:
 * 100 bins from −0.1 to 1, as in the figures of the paper, after one for all that is lower.
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
    (['target', 'noise'] as const).flatMap((which) => {
      const values = Float64Array.from(images, (image) => series[which][image]!);
      return binsOf(
        values.filter((value) => !Number.isNaN(value)),
        which,
        name,
      );
    }),
  );
}

function binsOf(
  values: Float64Array,
  series: HistogramRow['series'],
  name: string | null,
): HistogramRow[] {
  // A cosine may be above 1 by its rounding.
  const cosines = values.map((value) => Math.min(1, value));
  const { edges, shares, below, count } = histogram(cosines, { bins: 100, from: -0.1, to: 1 });
  return Array.from([below, ...shares], (share, bin) => ({
    series,
    class: name,
    low: bin === 0 ? -1 : edges[bin - 1]!,
    high: edges[bin]!,
    images: Math.round(share * count),
    share,
  }));
}
