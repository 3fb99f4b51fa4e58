import { type OptimizerName, optimizerNames } from '../../operators/step/optimizer/optimizers.ts';
import { type RateCurveName, rateCurveNames } from '../../operators/model/rate-curves.ts';
import { type StemName, stemNames } from '../../operators/model/stems.ts';
import type { EncoderName } from '../../operators/model/encoders.ts';
import { type LossName, lossNames } from '../../operators/loss/losses.ts';
import { isByImage } from '../../operators/loss/loss-spec.ts';
import type { AugmentationOption } from '../../operators/image/view-recipe.ts';
import { type FrozenPart, frozenParts, hasPart } from '../../operators/model/frozen-part.ts';
import { encoderNames } from '../../operators/model/encoders.ts';
import { allViews } from './all-views.ts';
import type { CheckpointChoice } from '../../outputs/run/read-run.ts';
import { checkpoint } from './checkpoint-field.ts';
import { classRule, type DataOptions, dataFields, heldOutRule } from './data-options.ts';
import { engineFields, type EngineOptions } from './engine-options.ts';
import { loadingFields, type LoadingOptions, loadingRenamed } from './loading-options.ts';
import { trainingLoss } from './loss-spec.ts';
import {
  augmentation,
  choice,
  duration,
  flag,
  integer,
  number,
  optional,
  path,
  shares,
} from './option-fields.ts';
import { epsilonRule, pairLossFields, type PairLossOptions } from './pair-loss-options.ts';
import { continuedOptions } from './kept-options.ts';
import { readingFields, type ReadingOptions } from './reading-options.ts';
import { retryRule } from './retry-rule.ts';
import { seedField, type SeedOption } from './seed-option.ts';
import { validationFields, type ValidationOptions, validationRules } from './validation-options.ts';
import { alternatives, defineVerb, type Resolved, type Verb } from './verb.ts';

/** Options of `train`. */
export interface TrainOptions
  extends
    DataOptions,
    ValidationOptions,
    PairLossOptions,
    SeedOption,
    EngineOptions,
    LoadingOptions,
    ReadingOptions {
  /**
   * Images: a folder with a sub-folder for each class (none needed without labels), tar shards, tables, a manifest, on a
   * path, `https://` or `s3://`; or `synthetic:shapes`. With `resume`
   * that of the run.
   */
  readonly data?: string | undefined;
  /** Run folder: configuration, metrics, checkpoints. */
  readonly out: string;
  /** Training loss; `infonce` needs no labels, `cross-entropy` trains a classifier. @default 'sincere' */
  readonly loss?: LossName | 'cross-entropy' | undefined;
  /** Positive pairs: of one `class`, or views of one `image`; by the loss when not given. */
  readonly positives?: 'class' | 'image' | null | undefined;
  /** Anchors of the loss: all views, or the first of each image. @default 'all' */
  readonly anchors?: 'all' | 'first' | undefined;
  /** Encoder network; from `resnet18` on with the layers of torchvision. @default 'resnet8' */
  readonly encoder?: EncoderName | undefined;
  /** First layers: 3 × 3 convolution (`cifar`), or 7 × 7 with stride 2 and max-pooling (`imagenet`). @default 'cifar' */
  readonly stem?: StemName | undefined;
  /** Channel multiplier (wide ResNet). @default 1 */
  readonly width?: number | undefined;
  /** Pretrained weights: run folder of `train`, or FILE.safetensors with the names of torchvision. */
  readonly init?: string | null | undefined;
  /** Checkpoint of the run in `init`: `best` by its validation, `last`, or a step; the last one when not given. */
  readonly initCheckpoint?: CheckpointChoice | null | undefined;
  /** Freeze layers up to and including this stage, or the whole encoder below the head. */
  readonly freeze?: FrozenPart | null | undefined;
  /** Side of the square views, in pixels. @default 32 */
  readonly imageSize?: number | undefined;
  /** Images of a batch, before views. @default 256 */
  readonly batchSize?: number | undefined;
  /** Gradient caching: images that the network sees at once, a divisor of `batchSize`; the loss sees all. */
  readonly microBatch?: number | null | undefined;
  /**
   * Gradient accumulation: an update every so many batches, by the mean of their gradients; not one large batch, of which
   * the loss sees all pairs (`microBatch` is exact).
   * @default 1
   */
  readonly accumulate?: number | undefined;
  /** BatchNorm statistics: of the batch, or the running ones (`frozen`). @default 'batch' */
  readonly batchNorm?: 'batch' | 'frozen' | undefined;
  /** Classes of a batch; all that fit when not given. */
  readonly classesPerBatch?: number | null | undefined;
  /** Class balance: from 0, each class by its share of the images, to 1, equal shares. @default 1 */
  readonly balance?: number | undefined;
  /** Largest share of a batch that one class fills, such as 0.2; no limit when not given. */
  readonly maxClassShare?: number | null | undefined;
  /** Draw an image of a rare class at most so many times as often as the average image; no limit when not given. */
  readonly maxOversampling?: number | null | undefined;
  /** Views of each image in a batch, before the local ones of `augmentation`. @default 2 */
  readonly views?: number | undefined;
  /**
   * Data augmentation: `paper` crops, flips, jitters colours; `simclr` also blurs; `plain` only resizes;
   * with parameters (scale, ratio, flip, randaugment, jitter, grayscale, blur, solarize, local, mean, std), such as
   * `paper,blur=0.1-2@0.5`.
   * @default 'paper'
   */
  readonly augmentation?: AugmentationOption | undefined;
  /** Passes over the images; 100 when neither this nor `steps` is given. */
  readonly epochs?: number | null | undefined;
  /** Training steps, instead of `epochs`; 0 saves the untrained encoder. */
  readonly steps?: number | null | undefined;
  /** Optimizer: SGD with momentum, AdamW, or LARS for large batches. @default 'sgd' */
  readonly optimizer?: OptimizerName | undefined;
  /** Peak learning rate; by the optimizer when not given. */
  readonly learningRate?: number | null | undefined;
  /** Scale the peak learning rate with the batch: times the images of an update / 256. @default false */
  readonly scaleRate?: boolean | undefined;
  /**
   * Learning rate behind the warm-up: `cosine` or `linear` down to 0.1 % of the peak, `step` by a factor at
   * milestones, `constant`, or cosine with warm `restarts`.
   * @default 'cosine'
   */
  readonly schedule?: RateCurveName | undefined;
  /** With `schedule: step`, shares of the run at which the rate falls; 0.6, 0.75 and 0.9 when not given. */
  readonly milestones?: readonly number[] | null | undefined;
  /** With `schedule: step`, factor of the rate at each milestone; 0.1 when not given. */
  readonly stepDecay?: number | null | undefined;
  /** With `schedule: restarts`, steps of the first cycle; when not given, those of three cycles that fill the run. */
  readonly restartPeriod?: number | null | undefined;
  /** With `schedule: restarts`, length of a cycle over that of the one before; 2 when not given. */
  readonly restartFactor?: number | null | undefined;
  /** Momentum of `sgd` and `lars`; first beta of `adamw`. @default 0.9 */
  readonly momentum?: number | undefined;
  /**
   * Fine-tuning: learning rate of a layer over that of the next one, nearer to the head, such as 0.75; the same for all
   * when not given.
   */
  readonly layerDecay?: number | null | undefined;
  /** Weight decay: L2 (`sgd`), decoupled (`adamw`), of matrices only (`lars`); by the optimizer when not given. */
  readonly weightDecay?: number | null | undefined;
  /** Clip the global gradient norm to this; off when not given. */
  readonly clipNorm?: number | null | undefined;
  /** Steps of linear warm-up of the learning rate. @default 0 */
  readonly warmupSteps?: number | undefined;
  /**
   * Exponential moving average of all weights with this decay, such as 0.999: it is what is validated, exported and
   * embedded; none when not given.
   */
  readonly ema?: number | null | undefined;
  /** Try a step even if its memory estimate says that it cannot fit. @default false */
  readonly ignoreMemory?: boolean | undefined;
  /** Steps between checkpoints; an epoch when not given. */
  readonly checkpointEvery?: number | null | undefined;
  /** Checkpoints to keep: the newest ones. @default 3 */
  readonly keep?: number | undefined;
  /** Save and keep the checkpoint of every so many steps as well; none when not given. */
  readonly keepEvery?: number | null | undefined;
  /** Megabytes of decoded images cached between epochs. @default 256 */
  readonly cacheMb?: number | undefined;
  /** Continue the run in `out` from its last checkpoint, with its options; more `steps` or `epochs` extend it. @default false */
  readonly resume?: boolean | undefined;
  /** Try images again that could not be used before `resume`, as they come in the batches. @default false */
  readonly retryBad?: boolean | undefined;
  /** End the run in order after this time, such as `30m` or `2h`; `resume` goes on. No limit when not given. */
  readonly timeLimit?: string | null | undefined;
  /** What an alarm (collapse, divergence, no positives, classes not drawn …) does: it is noted, or stops the run. @default 'note' */
  readonly onAlarm?: 'note' | 'stop' | undefined;
  /** Copy the rows of the metrics into `metrics.jsonl`. @default false */
  readonly jsonl?: boolean | undefined;
  /** Copy the rows of the metrics into event files for TensorBoard, in `tensorboard/`. @default false */
  readonly tensorboard?: boolean | undefined;
  /** Draw the run as a page, `report.html`, when it ends. @default false */
  readonly report?: boolean | undefined;
  /** Record loss and similarities of each image in `samples.arrows`, every epoch or, of long runs, every n-th. @default false */
  readonly samples?: boolean | undefined;
  /** Report the share of time spent in steps and between them. @default false */
  readonly timing?: boolean | undefined;
}

const data = {
  data: path(
    'Images: a folder with a sub-folder for each class (none needed without labels), tar shards, tables, a manifest, ' +
      'on a path, `https://` or `s3://`; or `synthetic:shapes`. ' +
      'With `resume` that of the run.',
  ),
  ...dataFields,
};

const loss = {
  loss: choice(
    [...lossNames, 'cross-entropy'],
    'Training loss; `infonce` needs no labels, `cross-entropy` trains a classifier.',
  ).default('sincere'),
  ...pairLossFields,
  positives: optional(
    choice(
      ['class', 'image'],
      'Positive pairs: of one `class`, or views of one `image`; by the loss when not given.',
    ),
  ),
  anchors: choice(
    ['all', 'first'],
    'Anchors of the loss: all views, or the first of each image.',
  ).default('all'),
};

const network = {
  encoder: choice(
    encoderNames,
    'Encoder network; from `resnet18` on with the layers of torchvision.',
  ).default('resnet8'),
  stem: choice(
    stemNames,
    'First layers: 3 × 3 convolution (`cifar`), or 7 × 7 with stride 2 and max-pooling (`imagenet`).',
  ).default('cifar'),
  width: integer(1, 'Channel multiplier (wide ResNet).').default(1),
  init: optional(
    path(
      'Pretrained weights: run folder of `train`, or FILE.safetensors with the names of torchvision.',
    ),
  ),
  initCheckpoint: checkpoint(
    'Checkpoint of the run in `init`: `best` by its validation, `last`, or a step; the last one when not given.',
  ),
  freeze: optional(
    choice(
      frozenParts,
      'Freeze layers up to and including this stage, or the whole encoder below the head.',
    ),
  ),
  batchNorm: choice(
    ['batch', 'frozen'],
    'BatchNorm statistics: of the batch, or the running ones (`frozen`).',
  ).default('batch'),
};

const batches = {
  batchSize: integer(2, 'Images of a batch, before views.').default(256),
  classesPerBatch: optional(integer(2, 'Classes of a batch; all that fit when not given.')),
  balance: number(
    { from: 0, to: 1 },
    'Class balance: from 0, each class by its share of the images, to 1, equal shares.',
  ).default(1),
  maxClassShare: optional(
    number(
      { above: 0, to: 1 },
      'Largest share of a batch that one class fills, such as 0.2; no limit when not given.',
    ),
  ),
  maxOversampling: optional(
    number(
      { from: 1 },
      'Draw an image of a rare class at most so many times as often as the average image; no limit when not given.',
    ),
  ),
  microBatch: optional(
    integer(
      1,
      'Gradient caching: images that the network sees at once, a divisor of `batchSize`; the loss sees all.',
    ),
  ),
  accumulate: integer(
    1,
    'Gradient accumulation: an update every so many batches, by the mean of their gradients; not one large batch, ' +
      'of which the loss sees all pairs (`microBatch` is exact).',
  ).default(1),
  views: integer(
    1,
    'Views of each image in a batch, before the local ones of `augmentation`.',
  ).default(2),
  imageSize: integer(8, 'Side of the square views, in pixels.').default(32),
  augmentation: augmentation('Data augmentation').default('paper'),
};

const optimisation = {
  epochs: optional(
    integer(1, 'Passes over the images; 100 when neither this nor `steps` is given.'),
  ),
  steps: optional(
    integer(0, 'Training steps, instead of `epochs`; 0 saves the untrained encoder.'),
  ),
  optimizer: choice(
    optimizerNames,
    'Optimizer: SGD with momentum, AdamW, or LARS for large batches.',
  ).default('sgd'),
  learningRate: optional(
    number({ above: 0 }, 'Peak learning rate; by the optimizer when not given.'),
  ),
  scaleRate: flag(
    'Scale the peak learning rate with the batch: times the images of an update / 256.',
  ),
  schedule: choice(
    rateCurveNames,
    'Learning rate behind the warm-up: `cosine` or `linear` down to 0.1 % of the peak, `step` by a factor ' +
      'at milestones, `constant`, or cosine with warm `restarts`.',
  ).default('cosine'),
  milestones: optional(
    shares(
      'With `schedule: step`, shares of the run at which the rate falls; 0.6, 0.75 and 0.9 when not given.',
    ),
  ),
  stepDecay: optional(
    number(
      { above: 0, below: 1 },
      'With `schedule: step`, factor of the rate at each milestone; 0.1 when not given.',
    ),
  ),
  restartPeriod: optional(
    integer(
      1,
      'With `schedule: restarts`, steps of the first cycle; when not given, those of three cycles that fill the run.',
    ),
  ),
  restartFactor: optional(
    integer(
      1,
      'With `schedule: restarts`, length of a cycle over that of the one before; 2 when not given.',
    ),
  ),
  layerDecay: optional(
    number(
      { above: 0, below: 1 },
      'Fine-tuning: learning rate of a layer over that of the next one, nearer to the head, such as 0.75; ' +
        'the same for all when not given.',
    ),
  ),
  warmupSteps: integer(0, 'Steps of linear warm-up of the learning rate.').default(0),
  ema: optional(
    number(
      { above: 0, below: 1 },
      'Exponential moving average of all weights with this decay, such as 0.999: ' +
        'it is what is validated, exported and embedded; none when not given.',
    ),
  ),
  momentum: number(
    { from: 0, below: 1 },
    'Momentum of `sgd` and `lars`; first beta of `adamw`.',
  ).default(0.9),
  weightDecay: optional(
    number(
      { from: 0 },
      'Weight decay: L2 (`sgd`), decoupled (`adamw`), of matrices only (`lars`); by the optimizer when not given.',
    ),
  ),
  clipNorm: optional(
    number({ above: 0 }, 'Clip the global gradient norm to this; off when not given.'),
  ),
};

const run = {
  out: path('Run folder: configuration, metrics, checkpoints.'),
  resume: flag(
    'Continue the run in `out` from its last checkpoint, with its options; more `steps` or `epochs` extend it.',
  ),
  retryBad: flag(
    'Try images again that could not be used before `resume`, as they come in the batches.',
  ),
  checkpointEvery: optional(integer(1, 'Steps between checkpoints; an epoch when not given.')),
  keep: integer(1, 'Checkpoints to keep: the newest ones.').default(3),
  keepEvery: optional(
    integer(1, 'Save and keep the checkpoint of every so many steps as well; none when not given.'),
  ),
  timeLimit: optional(
    duration(
      'End the run in order after this time, such as `30m` or `2h`; `resume` goes on. No limit when not given.',
    ),
  ),
  onAlarm: choice(
    ['note', 'stop'],
    'What an alarm (collapse, divergence, no positives, classes not drawn …) does: it is noted, or stops the run.',
  ).default('note'),
  jsonl: flag('Copy the rows of the metrics into `metrics.jsonl`.'),
  tensorboard: flag(
    'Copy the rows of the metrics into event files for TensorBoard, in `tensorboard/`.',
  ),
  report: flag('Draw the run as a page, `report.html`, when it ends.'),
  samples: flag(
    'Record loss and similarities of each image in `samples.arrows`, every epoch or, of long runs, every n-th.',
  ),
  seed: seedField,
  timing: flag('Report the share of time spent in steps and between them.'),
};

const machine = {
  ...engineFields,
  ...loadingFields,
  cacheMb: integer(0, 'Megabytes of decoded images cached between epochs.').default(256),
  ignoreMemory: flag('Try a step even if its memory estimate says that it cannot fit.'),
};

const groups = {
  Data: data,
  Pixels: readingFields,
  Run: run,
  Validation: validationFields,
  Loss: loss,
  Network: network,
  'Batches and views': batches,
  Optimisation: optimisation,
  Machine: machine,
};

/** Numbers of a schedule go with that schedule alone. */
const scheduleRules = (
  [
    ['step', 'milestones'],
    ['step', 'stepDecay'],
    ['restarts', 'restartPeriod'],
    ['restarts', 'restartFactor'],
  ] as const
).map(([schedule, option]) => ({
  option,
  expected: `absent without \`schedule: ${schedule}\``,
  holds: (options: Resolved<TrainOptions>) =>
    options[option] === null || options.schedule === schedule,
}));

/** `sincere train DATA --out RUN`. */
export const trainVerb: Verb<TrainOptions> = defineVerb<TrainOptions>({
  name: 'train',
  summary: 'Train an encoder on images.',
  positional: 'data',
  inherited: { from: continuedOptions, keys: ['data'] },
  fields: {
    ...data,
    ...readingFields,
    ...loss,
    ...network,
    ...batches,
    ...optimisation,
    ...run,
    ...validationFields,
    ...machine,
  },
  groups,
  rules: [
    alternatives<TrainOptions>('steps', 'epochs'),
    retryRule,
    classRule,
    heldOutRule,
    ...validationRules,
    epsilonRule,
    {
      option: 'positives',
      expected: 'absent with `loss: cross-entropy`, which has no pairs',
      holds: ({ positives, loss }) => positives === null || loss !== 'cross-entropy',
    },
    {
      option: 'anchors',
      expected: '`all` with `loss: cross-entropy`, which has no pairs',
      holds: ({ anchors, loss }) => anchors === 'all' || loss !== 'cross-entropy',
    },
    {
      option: 'positives',
      expected: '`image` or absent with `loss: infonce`',
      holds: ({ positives, loss }) => positives !== 'class' || loss !== 'infonce',
    },
    {
      option: 'views',
      expected: 'at least 2 when views of one image are the positives',
      holds: (options) => !isByImage(trainingLoss(options)) || allViews(options) >= 2,
    },
    {
      option: 'classesPerBatch',
      expected:
        'absent when views of one image are the positives, because classes play no part then',
      holds: (options) => !isByImage(trainingLoss(options)) || options.classesPerBatch === null,
    },
    ...(['balance', 'maxClassShare', 'maxOversampling'] as const).map((option) => ({
      option,
      expected: `${option === 'balance' ? '1' : 'absent'} when views of one image are the positives, because classes play no part then`,
      holds: (options: Resolved<TrainOptions>) =>
        !isByImage(trainingLoss(options)) || [1, null].includes(options[option]),
    })),
    ...scheduleRules,
    {
      option: 'initCheckpoint',
      expected: 'absent without `init`, or with a file as `init`',
      holds: ({ init, initCheckpoint }) =>
        initCheckpoint === null || (init !== null && !/\.safetensors$/iu.test(init)),
    },
    {
      option: 'freeze',
      expected: 'a part that the `encoder` has: `resnet8` and `resnet20` end with `layer3`',
      holds: ({ freeze, encoder }) => freeze === null || hasPart(encoder, freeze),
    },
    {
      option: 'steps',
      expected: 'a multiple of `accumulate`, so that the last update is whole',
      holds: ({ steps, accumulate }) => steps === null || steps % accumulate === 0,
    },
    {
      option: 'microBatch',
      expected: 'a divisor of `batchSize`',
      holds: ({ microBatch, batchSize }) => microBatch === null || batchSize % microBatch === 0,
    },
    {
      option: 'classesPerBatch',
      expected: 'at most `batchSize`',
      holds: ({ classesPerBatch, batchSize }) => (classesPerBatch ?? 0) <= batchSize,
    },
  ],
  complete: (options: Resolved<TrainOptions>) =>
    options.epochs === null && options.steps === null ? { ...options, epochs: 100 } : options,
  renamed: {
    ...loadingRenamed,
    recipe: 'augmentation',
    exceptClasses: 'excludeClasses',
    trace: 'timing',
  },
});
