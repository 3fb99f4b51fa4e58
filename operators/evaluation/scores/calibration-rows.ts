import { imagesIn, type ReliabilityBin, reliabilityTable } from '../calibration/reliability.ts';
import { metricName, metricsFrom } from '../metrics/metric-names.ts';
import type { EmbeddingLayer } from '../vectors/unit-vectors.ts';
import type { EvaluationRow } from './evaluation-rows.ts';
import type { ImageScores } from './image-scores.ts';

/** Row of a reliability table. */
export interface CalibrationRow extends ReliabilityBin {
  /** Source of the predictions: `knn5`. */
  readonly source: string;
}

/**
 * Reliability tables of the votes of the k nearest, from the numbers that images have.
 *
 * @param among Positions of the images.
 */
export function calibrationRows(
  { means }: Pick<ImageScores, 'means'>,
  ks: readonly number[],
  among: Int32Array,
): CalibrationRow[] {
  const picked = (name: string): Float64Array =>
    Float64Array.from(among, (image) => means.get(name)![image]!);
  return ks.flatMap((k) =>
    Array.from(
      reliabilityTable(picked(`knn${k}_confidence`), picked(`knn${k}_accuracy`)),
      (bin): CalibrationRow => ({ source: `knn${k}`, ...bin }),
    ),
  );
}

/** Calibration errors of those tables, without a value where no image has a confidence. */
export function calibrationErrors(
  rows: readonly CalibrationRow[],
  ks: readonly number[],
  layer: EmbeddingLayer,
): EvaluationRow[] {
  return metricsFrom('calibration').flatMap(([pattern, { measure }]) =>
    ks.map((k): EvaluationRow => {
      const bins = rows.filter(({ source }) => source === `knn${k}`);
      const metric = metricName(pattern, k);
      const value = measure(bins);
      return { metric, class: null, layer, value, ciLow: null, ciHigh: null, n: imagesIn(bins) };
    }),
  );
}
