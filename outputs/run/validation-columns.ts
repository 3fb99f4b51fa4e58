import { metricOf } from '../../operators/evaluation/metrics/metric-names.ts';
import type { LogColumns } from '../arrow/log-rows.ts';

/** Measures of a validation: metrics of `evaluate` by their names, and those of the run's own loss. */
export const validationMetricNames = [
  'loss',
  'accuracy',
  'knn1_accuracy',
  'knn5_accuracy',
  'class_mean_accuracy',
  'silhouette',
  'margin',
  'effective_rank',
  'spread',
  'nc1_variability',
  'nc1_trace_ratio',
  'nc2_equinorm',
  'nc2_equiangularity',
  'alignment',
  'uniformity',
  'sincere_loss',
  'supcon_loss',
  'information_bound',
] as const;

export type ValidationMetricName = (typeof validationMetricNames)[number];

/** Measures of which one value is better than another: what a checkpoint can be the best by. */
export const bestMetricNames = [
  'knn5_accuracy',
  'knn1_accuracy',
  'class_mean_accuracy',
  'accuracy',
  'loss',
  'silhouette',
  'margin',
  'sincere_loss',
  'supcon_loss',
  'information_bound',
] as const;

export type BestMetricName = (typeof bestMetricNames)[number];

/** Direction in which a measure improves. */
export function betterOf(name: BestMetricName): 'higher' | 'lower' {
  if (name === 'loss') return 'lower';
  return name === 'accuracy' ? 'higher' : (metricOf(name)?.better ?? 'higher');
}

/**
 * One row of `validation.arrows`: a state by the steps behind it, the epoch of the last of them, and its measures; NaN is
 * what could not be measured. `images` and `support` count those with a vector.
 */
export type ValidationRow = Readonly<
  Record<'step' | 'epoch' | ValidationMetricName | 'images' | 'support', number>
>;

/** Columns of `validation.arrows`: a function of seed, data and configuration. */
export const validationColumns: LogColumns = {
  step: 'int32',
  epoch: 'int32',
  ...Object.fromEntries(validationMetricNames.map((name) => [name, 'float64'] as const)),
  images: 'int32',
  support: 'int32',
};
