import { number, optional } from './option-fields.ts';
import type { OptionFields, OptionRule } from './verb.ts';

/** Numbers of a contrastive loss. */
export interface PairLossOptions {
  /** Temperature that divides the cosine similarities; lower is sharper. @default 0.1 */
  readonly temperature?: number | undefined;
  /** Margin of `eps-sup-infonce` in logits; 0.25 when not given. */
  readonly epsilon?: number | null | undefined;
}

/** Fields of `PairLossOptions`. */
export const pairLossFields: OptionFields<PairLossOptions> = {
  temperature: number(
    { above: 0 },
    'Temperature that divides the cosine similarities; lower is sharper.',
  ).default(0.1),
  epsilon: optional(
    number({ from: 0 }, 'Margin of `eps-sup-infonce` in logits; 0.25 when not given.'),
  ),
};

/** `epsilon` belongs to one loss. */
export const epsilonRule: OptionRule<PairLossOptions & { readonly loss: string }> = {
  option: 'epsilon',
  expected: 'absent unless `loss` is `eps-sup-infonce`',
  holds: ({ epsilon, loss }) => epsilon === null || loss === 'eps-sup-infonce',
};
