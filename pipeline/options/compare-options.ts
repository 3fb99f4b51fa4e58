import { bootstrapSeedField, type BootstrapSeedOption } from './bootstrap-options.ts';
import { integer, optional, path, paths } from './option-fields.ts';
import { defineVerb, type OptionFields, type Verb } from './verb.ts';

/** Options of `compare`. */
export interface CompareOptions extends BootstrapSeedOption {
  /** Folders that `evaluate` wrote, the baseline first; runs of one model joined by commas: `a-0,a-1,a-2`. */
  readonly evaluations: readonly string[];
  /** Folder for `comparison.arrow`; nothing is written when not given. */
  readonly out?: string | null | undefined;
  /** Bootstrap resamples of the test images. @default 1000 */
  readonly bootstrap?: number | undefined;
}

const fields: OptionFields<CompareOptions> = {
  evaluations: paths(
    'Folders that `evaluate` wrote, the baseline first; runs of one model joined by commas: `a-0,a-1,a-2`.',
  ),
  out: optional(path('Folder for `comparison.arrow`; nothing is written when not given.')),
  bootstrap: integer(1, 'Bootstrap resamples of the test images.').default(1000),
  bootstrapSeed: bootstrapSeedField,
};

/** `sincere compare EVALUATIONS...`. */
export const compareVerb: Verb<CompareOptions> = defineVerb<CompareOptions>({
  name: 'compare',
  summary: 'Compare evaluations of the same test images: paired differences with intervals.',
  positional: 'evaluations',
  fields,
  rules: [
    {
      option: 'evaluations',
      expected: 'two or more folders that `evaluate` wrote',
      holds: ({ evaluations }) => evaluations.length >= 2,
    },
  ],
});
