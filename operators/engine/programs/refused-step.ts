import type { PipelineError } from '../../errors.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import { stepNotFinite } from '../../step/step-not-finite.ts';
import { isSurelyFinite, largestLoss } from './finite-check.ts';

/** Measures of a step from which it is seen whether it may be applied. */
export interface StepMeasures {
  readonly loss: number;
  readonly gradientNorm: number;
  /** `statisticsSize` of the weights that it leads to. */
  readonly statisticsSize: number;
}

/**
 * Error of a step whose loss, gradient or activations are not finite; undefined when it may be applied.
 *
 * @param step Steps that were taken before.
 */
export function refusedStep(
  spec: StepSpec,
  step: number,
  { loss, gradientNorm, statisticsSize }: StepMeasures,
): PipelineError | undefined {
  const finiteLoss = Math.abs(loss) <= largestLoss(spec);
  const finiteStatistics = isSurelyFinite(statisticsSize);
  if (finiteLoss && isSurelyFinite(gradientNorm) && finiteStatistics) return undefined;
  return stepNotFinite(step, { loss, gradientNorm, finiteActivations: finiteStatistics });
}
