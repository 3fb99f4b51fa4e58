import type { ClassifierReadouts, CrossEntropySpec, LossSpec, StepReadouts } from '../types.ts';
import { classifierReadouts } from './cross-entropy.ts';
import { stepReadouts } from './step-readouts.ts';

/** Read-outs of a step on a loss, from the sums that it leaves, by name. */
export function readoutsOf(
  loss: LossSpec | CrossEntropySpec,
  sums: (name: string) => ArrayLike<number>,
): StepReadouts | ClassifierReadouts {
  return loss.name === 'cross-entropy' ? classifierReadouts(sums) : stepReadouts(sums);
}
