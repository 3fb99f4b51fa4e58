import { bestMetricNames, type BestMetricName } from '../../outputs/run/validation-columns.ts';
import type { DataOptions } from './data-options.ts';
import { choice, integer, number, optional, shareOrFolder } from './option-fields.ts';
import type { OptionFields, OptionRule } from './verb.ts';

/** Validation of a run while it trains. */
export interface ValidationOptions {
  /**
   * Images to validate on, never trained on: a share of each class, drawn by `seed`, such as 0.1, or another split of
   * `data`; no validation when not given.
   */
  readonly validate?: number | string | null | undefined;
  /** Steps between validations; whole epochs, so that they take about 4 % of the work, when not given. */
  readonly validateEvery?: number | null | undefined;
  /** Images of each class that a validation takes at most, of those held out and of those trained on. @default 500 */
  readonly validateLimit?: number | undefined;
  /** Measure that the best checkpoint is chosen by. @default 'knn5_accuracy' */
  readonly best?: BestMetricName | undefined;
  /** End the run after so many validations without an improvement of `best`; never when not given. */
  readonly patience?: number | null | undefined;
  /** Improvement of `best` that `patience` counts as one. @default 0 */
  readonly minDelta?: number | undefined;
}

/** Fields of `ValidationOptions`. */
export const validationFields: OptionFields<ValidationOptions> = {
  validate: optional(
    shareOrFolder(
      'Images to validate on, never trained on: a share of each class, drawn by `seed`, such as 0.1, or another split of ' +
        '`data`; no validation when not given.',
    ),
  ),
  validateEvery: optional(
    integer(
      1,
      'Steps between validations; whole epochs, so that they take about 4 % of the work, when not given.',
    ),
  ),
  validateLimit: integer(
    1,
    'Images of each class that a validation takes at most, of those held out and of those trained on.',
  ).default(500),
  best: choice(bestMetricNames, 'Measure that the best checkpoint is chosen by.').default(
    'knn5_accuracy',
  ),
  patience: optional(
    integer(
      1,
      'End the run after so many validations without an improvement of `best`; never when not given.',
    ),
  ),
  minDelta: number({ from: 0 }, 'Improvement of `best` that `patience` counts as one.').default(0),
};

/** Rules between them, and between `validate` and what else divides the images. */
export const validationRules: readonly OptionRule<
  ValidationOptions &
    Pick<DataOptions, 'split' | 'holdOut'> & { readonly loss?: string | undefined }
>[] = [
  {
    option: 'validate',
    expected: 'another split than `split`, whose images are trained on',
    holds: ({ validate, split }) => validate === null || validate !== split,
  },
  {
    option: 'validate',
    expected: 'the name of a split when `holdOut` is given: a share is held out once',
    holds: ({ validate, holdOut }) => typeof validate !== 'number' || holdOut === null,
  },
  ...(['validateEvery', 'patience'] as const).map((option) => ({
    option,
    expected: 'absent without `validate`',
    holds: (options: { readonly [key in typeof option | 'validate']: unknown }) =>
      options[option] === null || options.validate !== null,
  })),
  {
    option: 'best',
    expected: 'another measure: `accuracy` is that of a classifier, `loss: cross-entropy`',
    holds: ({ best, loss }) => best !== 'accuracy' || loss === 'cross-entropy',
  },
];
