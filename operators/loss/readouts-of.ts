import type { CrossEntropyReadouts, LossReadouts } from './readouts.ts';
import type { CrossEntropySpec, LossSpec } from './loss-spec.ts';
import { crossEntropyReadouts } from './cross-entropy.ts';
import { lossReadouts } from './loss-readouts.ts';

/** Read-outs of a step on a loss, from the sums that it leaves, by name. */
export function readoutsOf(
  loss: LossSpec | CrossEntropySpec,
  sums: (name: string) => ArrayLike<number>,
): LossReadouts | CrossEntropyReadouts {
  return loss.name === 'cross-entropy' ? crossEntropyReadouts(sums) : lossReadouts(sums);
}
