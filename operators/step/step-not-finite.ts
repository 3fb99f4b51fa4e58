import { PipelineError } from '../errors.ts';
import { undefinedLoss } from './undefined-loss.ts';

/** Measures of a step that is not applied. */
export interface RefusedMeasures {
  readonly loss: number;
  readonly gradientNorm: number;
  /** False when BatchNorm saw activations that are not. @default true */
  readonly finiteActivations?: boolean | undefined;
}

/** Error of a step whose loss, gradient or activations are not finite, or that has no anchors. */
export function stepNotFinite(
  step: number,
  { loss, gradientNorm, finiteActivations = true }: RefusedMeasures,
): PipelineError {
  const without = undefinedLoss(step, loss, gradientNorm);
  if (without !== undefined) return without;
  const activations = finiteActivations ? '' : ' and activations that are not finite';
  return new PipelineError(
    'ERR_NOT_FINITE',
    `Expected a finite loss and gradient in step \`${step}\`, got a loss of \`${loss}\`, a ` +
      `gradient of length \`${gradientNorm}\`${activations}; the step was not applied, try a lower learning ` +
      'rate or a longer warm-up, and see that the pixels are finite',
  );
}
