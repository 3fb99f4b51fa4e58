import { PipelineError } from '../errors.ts';

/**
 * Error of a step over no anchors: its loss is a mean of nothing, and nothing moves it. Undefined for any other step;
 * numbers that are not finite leave a gradient that is not.
 */
export function undefinedLoss(
  step: number,
  loss: number,
  gradientNorm: number,
): PipelineError | undefined {
  if (!Number.isNaN(loss) || gradientNorm !== 0) return undefined;
  return new PipelineError(
    'ERR_NOT_FINITE',
    `Expected step \`${step}\` to hold two rows of a class, got none: its loss is undefined, and the step was not ` +
      'applied. Give each image two views, or a batch two images of a class.',
  );
}
