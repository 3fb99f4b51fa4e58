import type { CrossEntropyReadouts, LossReadouts } from '../loss/readouts.ts';

/** What a step reads out of its gradient: the one place that lists them. */
export const gradientReadoutTable = {
  /**
   * Euclidean norm of the gradient of the loss over all trained parameters together, before clipping and weight decay;
   * 0 or more. Frozen layers have no part in it.
   */
  gradientNorm: {
    doc: 'length of the gradient over all trained parameters, before clipping and weight decay',
    column: 'gradient_norm',
    type: 'float64',
    range: [0, null],
    report: null,
    summary: null,
    metric: null,
    value: (norm: number): number => norm,
  },
} as const;

/** What a step measured of its gradient. */
export type GradientReadouts = { readonly [N in keyof typeof gradientReadoutTable]: number };

/** What one training step measured, before the update was applied. */
export interface StepReadouts extends LossReadouts, GradientReadouts {}

/** What one step of a classifier measured, before the update was applied. */
export interface ClassifierReadouts extends CrossEntropyReadouts, GradientReadouts {}
