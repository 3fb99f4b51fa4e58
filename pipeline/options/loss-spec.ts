import type { CrossEntropySpec, LossSpec } from '../../operators/loss/loss-spec.ts';
import { type LossName, losses } from '../../operators/loss/losses.ts';

/** Options of a verb that make a loss; null: not given. */
export interface LossChoice {
  readonly loss: LossName;
  readonly temperature: number;
  readonly epsilon: number | null;
  readonly positives?: 'class' | 'image' | null;
  readonly anchors?: 'all' | 'first';
}

/** The loss that options ask for, as `config.json` holds it: without what is as always. */
export function lossSpec({ loss, temperature, epsilon, positives, anchors }: LossChoice): LossSpec {
  const pairs = {
    ...(positives === 'image' && loss !== 'infonce' ? { positives } : {}),
    ...(anchors === 'first' ? { anchors } : {}),
  };
  return loss === 'eps-sup-infonce'
    ? {
        name: loss,
        temperature,
        epsilon: epsilon ?? losses[loss].parameters.epsilon.usual,
        ...pairs,
      }
    : { name: loss, temperature, ...pairs };
}

/** The same for options that may ask for a classifier instead. */
export function trainingLoss(
  options: Omit<LossChoice, 'loss'> & { readonly loss: LossName | CrossEntropySpec['name'] },
): LossSpec | CrossEntropySpec {
  const { loss } = options;
  return loss === 'cross-entropy' ? { name: loss } : lossSpec({ ...options, loss });
}
