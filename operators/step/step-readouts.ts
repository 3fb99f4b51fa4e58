import type { CrossEntropyReadouts, LossReadouts } from '../loss/readouts.ts';

/** Read-outs of the gradient of a step: the one place that lists them. */
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

/** Read-outs of the gradient of a step. */
export type GradientReadouts = { readonly [N in keyof typeof gradientReadoutTable]: number };

/** Read-outs of one training step, from before the update is applied. */
export interface StepReadouts extends LossReadouts, GradientReadouts {}

/** Read-outs of one step of a classifier, from before the update is applied. */
export interface ClassifierReadouts extends CrossEntropyReadouts, GradientReadouts {}
