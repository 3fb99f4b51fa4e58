import { PipelineError } from '../../errors.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import { undefinedLoss } from '../../step/undefined-loss.ts';
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
  const without = undefinedLoss(step, loss, gradientNorm);
  if (without !== undefined) return without;
  const activations = finiteStatistics ? '' : ' and activations that are not finite';
  return new PipelineError(
    'ERR_NOT_FINITE',
    `Expected a finite loss and gradient in step \`${step}\`, got a loss of \`${loss}\`, a ` +
      `gradient of length \`${gradientNorm}\`${activations}; the step was not applied, try a lower learning ` +
      'rate or a longer warm-up, and see that the pixels are finite',
  );
}
