import type { AugmentationOption } from '../../operators/image/view-recipe.ts';
import {
  classFields,
  type ClassOptions,
  classRule,
  limitField,
  listFields,
  type ListOptions,
} from './data-options.ts';
import { decodingFields, type DecodingOptions } from './decoding-options.ts';
import { engineFields, type EngineOptions } from './engine-options.ts';
import {
  augmentation,
  choice,
  flag,
  folderName,
  integer,
  number,
  optional,
  path,
} from './option-fields.ts';
import { checkpointFields, type CheckpointOption } from './checkpoint-field.ts';
import { invalidFields, type InvalidOptions } from './loading-options.ts';
import { seedField, type SeedOption } from './seed-option.ts';
import { alternatives, defineVerb, type Verb } from './verb.ts';

/** Options of `transfer`. */
export interface TransferOptions
  extends
    ClassOptions,
    ListOptions,
    CheckpointOption,
    SeedOption,
    EngineOptions,
    InvalidOptions,
    DecodingOptions {
  /** Images of classes in two splits, as `train` takes them. */
  readonly data: string;
  /** Run folder of `train`. */
  readonly model: string;
  /** Folder for vectors, the fine-tuned run, `transfer.arrow` and `summary.json`. */
  readonly out: string;
  /** Split of `data` with the training images. @default 'train' */
  readonly splitTrain?: string | undefined;
  /** Split of `data` with the test images. @default 'test' */
  readonly splitTest?: string | undefined;
  /** Use only the classes of `data` that the run in `model` was not trained with. @default false */
  readonly disjoint?: boolean | undefined;
  /** Images of each class, drawn by `seed`; all when not given. */
  readonly limit?: number | null | undefined;
  /** Linear probe on frozen features, fine-tuning of all layers, or both. @default 'both' */
  readonly method?: 'frozen' | 'fine-tuned' | 'both' | undefined;
  /** Linear probe: regularised on held-out training images (`l2`), or the recipe of the paper. @default 'l2' */
  readonly solver?: 'l2' | 'sgd' | undefined;
  /** Passes of fine-tuning; 10 when neither this nor `steps` is given. */
  readonly epochs?: number | null | undefined;
  /** Steps of fine-tuning, instead of `epochs`. */
  readonly steps?: number | null | undefined;
  /** Images of a fine-tuning batch, one view each. @default 128 */
  readonly batchSize?: number | undefined;
  /** Peak learning rate of fine-tuning, for the encoder. @default 0.01 */
  readonly learningRate?: number | undefined;
  /** Peak learning rate of the new classifier; ten times `learningRate` when not given. */
  readonly headLearningRate?: number | null | undefined;
  /** Learning rate of a layer over that of the next one, nearer to the head, such as 0.75; the same for all when not given. */
  readonly layerDecay?: number | null | undefined;
  /**
   * Augmentation of fine-tuning: `paper` crops, flips, jitters colours; `simclr` also blurs; `plain` only resizes;
   * with parameters (scale, ratio, flip, randaugment, jitter, grayscale, blur, solarize, local, mean, std), such as
   * `paper,blur=0.1-2@0.5`.
   * @default 'paper'
   */
  readonly augmentation?: AugmentationOption | undefined;
  /** Continue the transfer in `out`: what is complete stays. @default false */
  readonly resume?: boolean | undefined;
}

const data = {
  data: path('Images of classes in two splits, as `train` takes them.'),
  splitTrain: folderName('Split of `data` with the training images.').default('train'),
  splitTest: folderName('Split of `data` with the test images.').default('test'),
  ...listFields,
  ...classFields,
  disjoint: flag('Use only the classes of `data` that the run in `model` was not trained with.'),
  limit: limitField,
};

const run = {
  model: path('Run folder of `train`.'),
  ...checkpointFields,
  out: path('Folder for vectors, the fine-tuned run, `transfer.arrow` and `summary.json`.'),
  resume: flag('Continue the transfer in `out`: what is complete stays.'),
  seed: seedField,
};

const methods = {
  method: choice(
    ['frozen', 'fine-tuned', 'both'],
    'Linear probe on frozen features, fine-tuning of all layers, or both.',
  ).default('both'),
  solver: choice(
    ['l2', 'sgd'],
    'Linear probe: regularised on held-out training images (`l2`), or the recipe of the paper.',
  ).default('l2'),
};

const tuning = {
  epochs: optional(integer(1, 'Passes of fine-tuning; 10 when neither this nor `steps` is given.')),
  steps: optional(integer(1, 'Steps of fine-tuning, instead of `epochs`.')),
  batchSize: integer(2, 'Images of a fine-tuning batch, one view each.').default(128),
  learningRate: number({ above: 0 }, 'Peak learning rate of fine-tuning, for the encoder.').default(
    0.01,
  ),
  headLearningRate: optional(
    number(
      { above: 0 },
      'Peak learning rate of the new classifier; ten times `learningRate` when not given.',
    ),
  ),
  layerDecay: optional(
    number(
      { above: 0, below: 1 },
      'Learning rate of a layer over that of the next one, nearer to the head, such as 0.75; the same for all when not given.',
    ),
  ),
  augmentation: augmentation('Augmentation of fine-tuning').default('paper'),
};

const machine = { ...engineFields, ...invalidFields, ...decodingFields };

/** `sincere transfer DATA --model RUN --out DIR`. */
export const transferVerb: Verb<TransferOptions> = defineVerb<TransferOptions>({
  name: 'transfer',
  summary: 'Measure how well an encoder serves other images or unseen classes.',
  positional: 'data',
  fields: { ...data, ...run, ...methods, ...tuning, ...machine },
  groups: { Data: data, Run: run, Methods: methods, 'Fine-tuning': tuning, Machine: machine },
  rules: [
    classRule,
    {
      option: 'disjoint',
      expected: 'absent when classes are named',
      holds: ({ disjoint, classes, excludeClasses }) =>
        !disjoint || (classes === null && excludeClasses === null),
      insteadOf: ['classes', 'excludeClasses'],
    },
    alternatives<TransferOptions>('steps', 'epochs'),
    {
      option: 'limit',
      expected: 'at least 2 where `solver` is `l2`, which holds one image of a class out',
      holds: ({ limit, method, solver }) =>
        limit !== 1 || method === 'fine-tuned' || solver === 'sgd',
    },
  ],
  complete: (options) =>
    options.epochs === null && options.steps === null ? { ...options, epochs: 10 } : options,
  renamed: { recipe: 'augmentation', exceptClasses: 'excludeClasses' },
});
