import type { LogColumns } from '../arrow/log-rows.ts';

/** Columns of `metrics.arrows` for a contrastive loss: a function of seed, data and configuration. Row n is step n. */
export const contrastiveColumns = {
  step: 'int32',
  epoch: 'int32',
  learning_rate: 'float64',
  /** In nats. */
  loss: 'float64',
  /** SINCERE on the same batch, in nats. */
  sincere: 'float64',
  /** SupCon on the same batch, in nats. */
  supcon: 'float64',
  /** Share of same-class pairs that SupCon would push apart, 0 to 1. */
  repelled_share: 'float64',
  /** Share of rows whose most similar other row of the batch has their class, 0 to 1. */
  batch_nearest_accuracy: 'float64',
  anchors_without_positive: 'int32',
  /** SupCon's gradient on same-class pairs: what pushes apart over what pulls together, 0 or more. */
  repelled_mass: 'float64',
  /** Mean squared distance of positive pairs, 0 to 4. */
  alignment: 'float64',
  /** Logarithm of the mean of exp(-2 · squared distance) over all pairs, -8 to 0. */
  uniformity: 'float64',
  /** 1 minus the squared length of the mean row, 0 (one point) to 1. */
  spread: 'float64',
  /** Directions in which the rows vary, 0 (one point) to the length of a row. */
  effective_rank: 'float64',
  /** log |N| - SINCERE, in nats: a lower bound of the divergence between classes. */
  information_bound: 'float64',
  /** log(|N| / (exp(SINCERE) - 1)), in nats: a sharper one. */
  sharp_information_bound: 'float64',
  /** Length of the gradient over all trained parameters, before clipping and weight decay. */
  gradient_norm: 'float64',
  /** Images of the batch, each with its views. */
  images: 'int32',
} as const;

/** Columns of `metrics.arrows` for a classifier. Row n is step n. */
export const classifierColumns = {
  step: 'int32',
  epoch: 'int32',
  learning_rate: 'float64',
  /** Cross entropy, in nats. */
  loss: 'float64',
  /** Share of rows whose class got the largest logit, 0 to 1. */
  accuracy: 'float64',
  rows_without_class: 'int32',
  /** Length of the gradient over all trained parameters, before clipping and weight decay. */
  gradient_norm: 'float64',
  /** Images of the batch, each with its views. */
  images: 'int32',
} as const;

/** The columns of `metrics.arrows` for a loss. */
export function metricsColumns(loss: string): LogColumns {
  return loss === 'cross-entropy' ? classifierColumns : contrastiveColumns;
}

/** Columns of `timing.arrows`: different on every machine and in every run. Row n is step n. */
export const timingColumns = {
  step: 'int32',
  /** Inside the engine, in milliseconds. */
  step_ms: 'float64',
  /** Since the step before (or the start), waiting for data included, in milliseconds. */
  wall_ms: 'float64',
  /** Images of the batch over `wall_ms`. */
  images_per_second: 'float64',
  /** Images of the batch over `step_ms`. */
  step_images_per_second: 'float64',
} as const;
