import type { ImageScores } from './image-scores.ts';
import type { Predictions } from './neighbour-table.ts';

/** Cell of a confusion matrix: images of a class by the class that was predicted. */
export interface ConfusionRow {
  /** Source of the prediction: `knn5`, `probe_l2`, …. */
  readonly source: string;
  readonly class: string;
  readonly predicted: string;
  /** 1 or more: what did not happen has no row, because of 10,000 classes there are 10⁸ pairs. */
  readonly images: number;
}

/** The confusion matrix of each prediction over the scored images, row by row. */
export function confusionRows(
  { classes, labels }: Pick<ImageScores, 'classes' | 'labels'>,
  scored: Int32Array,
  predictions: readonly Predictions[],
): ConfusionRow[] {
  return predictions.flatMap(({ source, predicted }) => {
    const images = new Map<number, number>();
    for (const image of scored) {
      const pair = labels[image]! * classes.length + predicted[image]!;
      images.set(pair, (images.get(pair) ?? 0) + 1);
    }
    const pairs = [...images.keys()].sort((a, b) => a - b);
    return pairs.map((pair) => ({
      source,
      class: classes[Math.floor(pair / classes.length)]!,
      predicted: classes[pair % classes.length]!,
      images: images.get(pair)!,
    }));
  });
}
