import { integer, optional, path } from './option-fields.ts';
import { seedField, type SeedOption } from './seed-option.ts';
import { defineVerb, type OptionFields, type Verb } from './verb.ts';

/** Options of `theory`. */
export interface TheoryOptions extends SeedOption {
  /** Folder for `theory.arrow`; nothing is written when not given. */
  readonly out?: string | null | undefined;
  /** Monte-Carlo draws of each value, more where they are cheap. @default 20000 */
  readonly draws?: number | undefined;
}

const fields: OptionFields<TheoryOptions> = {
  out: optional(path('Folder for `theory.arrow`; nothing is written when not given.')),
  seed: seedField,
  draws: integer(1000, 'Monte-Carlo draws of each value, more where they are cheap.').default(
    20_000,
  ),
};

/** `sincere theory`. */
export const theoryVerb: Verb<TheoryOptions> = defineVerb<TheoryOptions>({
  name: 'theory',
  summary:
    'Check the propositions, the bound and the fixed point of the loss with known densities.',
  fields,
});
