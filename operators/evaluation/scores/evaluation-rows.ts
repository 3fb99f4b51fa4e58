import type { BootstrapOptions } from '../intervals/bootstrap.ts';
import type { EmbeddingLayer } from '../vectors/unit-vectors.ts';
import { type ImageMetric, imageMetrics } from './image-metrics.ts';
import type { ImageScores } from './image-scores.ts';
import { imagesOfClasses } from './images-of-classes.ts';
import { type MeasuredMetric, measuredMetrics } from './measured-metrics.ts';

/** One number, as a row of `evaluation.arrow`. */
export interface EvaluationRow extends MeasuredMetric {
  /** Such as `knn5_accuracy` or `margin`: see `imageMetrics`. */
  readonly metric: string;
  /** Null over all classes. */
  readonly class: string | null;
  readonly layer: EmbeddingLayer;
}

/** Options of the rows of metrics. */
export interface RowsOptions {
  /** Null measures values alone. */
  readonly bootstrap: BootstrapOptions | null;
  readonly layerOf: (metric: string) => EmbeddingLayer;
}

/** Rows of metrics over some images. @param name Class of these images; null for images of all. */
export function measuredRows(
  metrics: readonly ImageMetric[],
  name: string | null,
  { bootstrap, layerOf }: RowsOptions,
): EvaluationRow[] {
  return Array.from(measuredMetrics(metrics, bootstrap), (measured, at) => {
    const metric = metrics[at]!.name;
    return { metric, class: name, layer: layerOf(metric), ...measured };
  });
}

/**
 * Every metric over all scored images, then for each class over its own. Means are over those that have a number.
 *
 * @param scored Positions of the images.
 */
export function evaluationRows(
  scores: ImageScores,
  scored: Int32Array,
  what: RowsOptions & {
    /** Further metrics over all scored images. */
    readonly clusters: readonly ImageMetric[];
    /** Rows over all images that follow. */
    readonly further: readonly EvaluationRow[];
  },
): EvaluationRow[] {
  const rowsOf = (metrics: readonly ImageMetric[], name: string | null): EvaluationRow[] =>
    measuredRows(metrics, name, what);
  const labelled = Int32Array.from(scores.labels.keys()).filter((at) => scores.labels[at]! >= 0);
  const byClass = imagesOfClasses(scores, scored);
  const allByClass = imagesOfClasses(scores, labelled);
  return [
    ...rowsOf([...imageMetrics(scores, scored, labelled), ...what.clusters], null),
    ...what.further,
    ...scores.classes.flatMap((name, label) =>
      rowsOf(imageMetrics(scores, byClass[label]!, allByClass[label]), name),
    ),
  ];
}
