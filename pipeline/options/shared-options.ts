import { z } from 'zod';
import {
  choice,
  flag,
  integer,
  integers,
  number,
  optional,
  path,
  paths,
  shard,
  text,
  texts,
} from './option-fields.ts';
import { parseShard } from '../../outputs/embeddings/export-shard.ts';
import { type FrozenPart, frozenParts, hasPart } from '../../operators/model/frozen-part.ts';
import { encoderNames } from '../../operators/model/network-plan.ts';
import type { EncoderName, LossName, OptimizerName, StemName } from '../../operators/types.ts';
import { isByImage } from '../../operators/loss/loss-labels.ts';
import { trainingLoss } from './loss-spec.ts';
import { defineVerb, type OptionFields, type Verb } from './verb.ts';

// The types say what a pipeline takes; the fields below hold, for each option, its range, its default and
// its help, and the compiler keeps the two alike.

/** Complete options of `train`, as `config.json` holds them. Null: not given. */
export interface TrainOptions {
  readonly data: string;
  readonly out: string;
  readonly split: string | null;
  readonly classes: readonly string[] | null;
  readonly exceptClasses: readonly string[] | null;
  readonly limit: number | null;
  readonly loss: LossName | 'cross-entropy';
  readonly temperature: number;
  readonly epsilon: number | null;
  readonly positives: 'class' | 'image' | null;
  readonly anchors: 'all' | 'first';
  readonly encoder: EncoderName;
  readonly stem: StemName;
  readonly width: number;
  /** Run folder or `.safetensors` file. */
  readonly init: string | null;
  readonly freeze: FrozenPart | null;
  readonly imageSize: number;
  readonly batchSize: number;
  readonly microBatch: number | null;
  readonly batchNorm: 'batch' | 'frozen';
  readonly classesPerBatch: number | null;
  readonly views: number;
  readonly recipe: RecipeName;
  /** Exactly one of `epochs` and `steps` is a number. */
  readonly epochs: number | null;
  readonly steps: number | null;
  readonly optimizer: OptimizerName;
  readonly learningRate: number | null;
  readonly momentum: number;
  readonly weightDecay: number | null;
  readonly clipNorm: number | null;
  readonly ignoreMemory: boolean;
  readonly warmupSteps: number;
  readonly seed: number;
  readonly engine: EngineChoice;
  readonly device: DeviceChoice;
  readonly threads: number | null;
  readonly window: number;
  readonly checkpointEvery: number | null;
  readonly cacheMb: number;
  readonly maxBadShare: number;
  readonly resume: boolean;
  readonly trace: boolean;
}

/** Complete options of `embed`. */
export interface EmbedOptions {
  readonly data: string;
  readonly model: string;
  readonly out: string;
  readonly layer: 'embedding' | 'projection' | 'both';
  readonly split: string | null;
  readonly classes: readonly string[] | null;
  readonly exceptClasses: readonly string[] | null;
  readonly limit: number | null;
  readonly seed: number;
  readonly batchSize: number;
  readonly engine: EngineChoice;
  readonly device: DeviceChoice;
  readonly threads: number | null;
  readonly window: number;
  readonly maxBadShare: number;
  readonly resume: boolean;
  readonly verify: 'size' | 'hash';
  /** Such as `2/8`. */
  readonly shard: string | null;
  /** The n of `shard`, for the command line: there the index comes from the environment. */
  readonly shards: number | null;
}

/** Complete options of `finalize`. */
export interface FinalizeOptions {
  readonly folders: readonly string[];
  readonly out: string | null;
  readonly verify: 'size' | 'hash';
}

/** Complete options of `transfer`. */
export interface TransferOptions {
  readonly data: string;
  readonly model: string;
  readonly out: string;
  readonly splitTrain: string;
  readonly splitTest: string;
  readonly classes: readonly string[] | null;
  readonly exceptClasses: readonly string[] | null;
  readonly disjoint: boolean;
  readonly limit: number | null;
  readonly method: 'frozen' | 'fine-tuned' | 'both';
  readonly solver: 'l2' | 'sgd';
  /** Exactly one of `epochs` and `steps` is a number. */
  readonly epochs: number | null;
  readonly steps: number | null;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly headLearningRate: number | null;
  readonly recipe: RecipeName;
  readonly seed: number;
  readonly engine: EngineChoice;
  readonly device: DeviceChoice;
  readonly threads: number | null;
  readonly resume: boolean;
}

/** Complete options of `evaluate`. */
export interface EvaluateOptions {
  readonly train: string;
  readonly test: string;
  readonly out: string;
  readonly k: readonly number[];
  readonly layer: 'embedding' | 'projection';
  readonly probe: 'none' | 'l2' | 'sgd' | 'both';
  readonly probeLayer: 'embedding' | 'projection';
  readonly probeStrength: number | null;
  readonly probeEpochs: number;
  readonly probeLearningRate: number;
  readonly rankings: number;
  readonly temperature: number;
  readonly bootstrap: number;
  readonly bootstrapSeed: number;
  readonly seed: number;
  readonly engine: EngineChoice;
  readonly device: DeviceChoice;
  readonly threads: number | null;
}

/** Complete options of `compare`. */
export interface CompareOptions {
  readonly evaluations: readonly string[];
  readonly out: string | null;
  readonly bootstrap: number;
  readonly bootstrapSeed: number;
}

/** Complete options of `loss`. */
export interface LossOptions {
  readonly embeddings: string;
  readonly loss: Exclude<LossName, 'infonce'>;
  readonly temperature: number;
  readonly epsilon: number | null;
  readonly layer: 'embedding' | 'projection';
  readonly normalize: boolean;
  readonly gradient: string | null;
  readonly engine: EngineChoice;
  readonly device: DeviceChoice;
  readonly threads: number | null;
}

/** Complete options of `demo`. */
export interface DemoOptions {
  readonly out: string;
  readonly seed: number;
  readonly steps: number;
  readonly engine: EngineChoice;
  readonly device: DeviceChoice;
  readonly threads: number | null;
}

/** Complete options of `doctor`. */
export interface DoctorOptions {
  readonly out: string;
}

/** Complete options of `theory`. */
export interface TheoryOptions {
  readonly out: string | null;
  readonly seed: number;
  readonly draws: number;
}

/** Complete options of `convert`. */
export interface ConvertOptions {
  readonly source: string;
  readonly to: 'parquet' | 'csv';
  readonly out: string;
  readonly vectors: 'columns' | 'json' | null;
}

/** Complete options of `inspect`. */
export interface InspectOptions {
  readonly path: string;
  readonly rows: number;
  readonly verify: boolean;
}

/** How views are made from an image. */
export type RecipeName = 'paper' | 'plain';

/** Which engine, or the best that works. */
export type EngineChoice = 'auto' | 'tensorflow' | 'onnx' | 'cpu';

/** What the engine computes on. */
export type DeviceChoice = 'auto' | 'cpu' | 'webgpu' | 'cuda';

const temperature = number({ above: 0 }, 'Divides the similarities; lower is sharper.').default(
  0.1,
);
const epsilon = optional(
  number({ from: 0 }, 'Margin of `eps-sup-infonce` in logits; 0.25 when not given.'),
);
const encoder = choice(
  encoderNames,
  'Residual network, by its layers; from `resnet18` on those of torchvision.',
).default('resnet8');
const stem = choice(
  ['cifar', 'imagenet'],
  'First layers: 3 × 3 for small images, or 7 × 7 with stride 2 and max-pooling, as torchvision has them.',
).default('cifar');
const width = integer(1, 'How many times the channels of the encoder every layer has.').default(1);
const engine = choice(
  ['auto', 'tensorflow', 'onnx', 'cpu'],
  'What computes: `onnx` is ONNX Runtime, `tensorflow` is @tensorflow/tfjs-node-gpu, `cpu` the slow plain ' +
    'JavaScript reference; `auto` takes the fastest that works, and `doctor` says why.',
).default('auto');
const device = choice(
  ['auto', 'cpu', 'webgpu', 'cuda'],
  'What `onnx` computes on; `auto` takes a graphics card if it is right and faster in a trial.',
).default('auto');
const threads = optional(integer(1, 'Threads of the engine; all cores when not given.'));
const seed = integer(0, 'Everything random is a function of it.').default(0);
const split = optional(text('a folder name', 'Folder of DATA to use, such as `train` or `test`.'));
const classNames = 'different names of classes, such as `cat,dog`';
const classes = optional(texts(classNames, 'Classes of DATA to use; all when not given.'));
const exceptClasses = optional(texts(classNames, 'Classes of DATA to leave out.'));
const limit = optional(integer(1, 'Images of each class, drawn by --seed; all when not given.'));
const views = integer(1, 'Views of each image in a batch.').default(2);
const window = integer(1, 'Batches in flight between reading and the end of a step.').default(3);
const cacheMb = integer(0, 'Megabytes of decoded images kept in memory between epochs.').default(
  256,
);
const maxBadShare = number(
  { from: 0, to: 1 },
  'Give up when more than this share of the images cannot be read or decoded.',
).default(0.2);

/** Between `--except-classes` and `--classes`. */
const exceptInPlace = {
  path: ['exceptClasses'],
  message: 'absent when `--classes` is given',
};

/** Between `--epsilon` and `--loss`. */
const epsilonInPlace = {
  path: ['epsilon'],
  message: 'absent unless `--loss` is `eps-sup-infonce`',
};

const trainFields = z.strictObject({
  data: path(
    'Folder of images, one sub-folder for each class (none needed without labels); or `synthetic:shapes`.',
  ),
  out: path('Run folder: configuration, metrics, checkpoints.'),
  split,
  classes,
  exceptClasses,
  limit,
  loss: choice(
    ['sincere', 'supcon', 'eps-sup-infonce', 'infonce', 'dcl', 'cross-entropy'],
    'Loss to minimise; `infonce` needs no labels, `cross-entropy` trains a classifier.',
  ).default('sincere'),
  temperature,
  epsilon,
  positives: optional(
    choice(
      ['class', 'image'],
      'What makes a positive pair: the class, or being views of one image; by the loss when not given.',
    ),
  ),
  anchors: choice(
    ['all', 'first'],
    'Which views are anchors: all, or the first of each image.',
  ).default('all'),
  encoder,
  stem,
  width,
  init: optional(
    path(
      'Weights to start from: run folder of `train`, or FILE.safetensors with the names of torchvision.',
    ),
  ),
  freeze: optional(
    choice(
      frozenParts,
      'Layers that stay as they are, up to and including this stage; `encoder`: all below the head.',
    ),
  ),
  imageSize: integer(8, 'Side of the square views, in pixels.').default(32),
  batchSize: integer(2, 'Images of a batch, before views.').default(256),
  microBatch: optional(
    integer(
      1,
      'Images that the network sees at once, a divisor of --batch-size; the loss sees the whole batch.',
    ),
  ),
  batchNorm: choice(
    ['batch', 'frozen'],
    'What BatchNorm normalises with: the images it sees, or its running statistics as they are.',
  ).default('batch'),
  classesPerBatch: optional(integer(2, 'Classes of a batch; all that fit when not given.')),
  views,
  recipe: choice(
    ['paper', 'plain'],
    'How views are made: `paper` crops, flips, shifts colours; `plain` only resizes.',
  ).default('paper'),
  epochs: optional(
    integer(1, 'Passes over the images; 100 when neither this nor --steps is given.'),
  ),
  steps: optional(
    integer(0, 'Training steps, instead of --epochs; 0 saves the untrained encoder.'),
  ),
  optimizer: choice(
    ['sgd', 'adamw', 'lars'],
    'How parameters follow their gradients: SGD with momentum, AdamW, or LARS for large batches.',
  ).default('sgd'),
  learningRate: optional(
    number(
      { above: 0 },
      'Peak, from which a cosine goes down to a thousandth; 0.05 for `sgd`, 0.001 for `adamw`, 0.3 for `lars` when not given.',
    ),
  ),
  momentum: number(
    { from: 0, below: 1 },
    'Momentum of `sgd` and `lars`; first beta of `adamw`.',
  ).default(0.9),
  weightDecay: optional(
    number(
      { from: 0 },
      'L2 decay, for `adamw` apart from the gradient, for `lars` of weights that are no vectors; 1e-4, 0.01 and 1e-6 when not given.',
    ),
  ),
  clipNorm: optional(
    number(
      { above: 0 },
      'Longest gradient; longer ones are shortened to it. None is when not given.',
    ),
  ),
  ignoreMemory: flag('Try a step even if its estimate says that it cannot fit into memory.'),
  warmupSteps: integer(0, 'Steps in which the learning rate rises to the cosine.').default(0),
  seed,
  engine,
  device,
  threads,
  window,
  checkpointEvery: optional(integer(1, 'Steps between checkpoints; an epoch when not given.')),
  cacheMb,
  maxBadShare,
  resume: flag('Continue the run in --out from its last checkpoint.'),
  trace: flag('Say at the end how much time went into steps, and how much between them.'),
} satisfies OptionFields<TrainOptions>);

const trainSchema: z.ZodType<TrainOptions> = trainFields
  .refine(({ epochs, steps }) => epochs === null || steps === null, {
    path: ['steps'],
    message: 'absent when `--epochs` is given',
  })
  .refine(isExceptInPlace, exceptInPlace)
  .refine(isEpsilonInPlace, epsilonInPlace)
  .refine(({ positives, loss }) => positives === null || loss !== 'cross-entropy', {
    path: ['positives'],
    message: 'absent with `--loss cross-entropy`, which has no pairs',
  })
  .refine(({ anchors, loss }) => anchors === 'all' || loss !== 'cross-entropy', {
    path: ['anchors'],
    message: '`all` with `--loss cross-entropy`, which has no pairs',
  })
  .refine(({ positives, loss }) => positives !== 'class' || loss !== 'infonce', {
    path: ['positives'],
    message: '`image` or absent with `--loss infonce`',
  })
  .refine((given) => !isByImage(trainingLoss(given)) || given.views >= 2, {
    path: ['views'],
    message: 'at least 2 when views of one image are the positives',
  })
  .refine((given) => !isByImage(trainingLoss(given)) || given.classesPerBatch === null, {
    path: ['classesPerBatch'],
    message: 'absent when views of one image are the positives, because classes play no part then',
  })
  .refine(({ freeze, encoder }) => freeze === null || hasPart(encoder, freeze), {
    path: ['freeze'],
    message: 'a part that the `--encoder` has: `resnet8` and `resnet20` end with `layer3`',
  })
  .refine(({ microBatch, batchSize }) => microBatch === null || batchSize % microBatch === 0, {
    path: ['microBatch'],
    message: 'a divisor of `--batch-size`',
  })
  .refine(({ classesPerBatch, batchSize }) => (classesPerBatch ?? 0) <= batchSize, {
    path: ['classesPerBatch'],
    message: 'at most `--batch-size`',
  })
  .transform((given) =>
    given.epochs === null && given.steps === null ? { ...given, epochs: 100 } : given,
  )
  .readonly();

function isExceptInPlace(given: Pick<TrainOptions, 'classes' | 'exceptClasses'>): boolean {
  return given.classes === null || given.exceptClasses === null;
}

function isEpsilonInPlace({ epsilon, loss }: Pick<TrainOptions, 'epsilon' | 'loss'>): boolean {
  return epsilon === null || loss === 'eps-sup-infonce';
}

const embedFields = z.strictObject({
  data: path(
    'Folder of images, with or without a sub-folder for each class; or `synthetic:shapes`.',
  ),
  model: path(
    'Run folder of `train`, whose last checkpoint is used; or FILE.onnx with FILE.json beside it.',
  ),
  out: path('Folder for the Arrow files.'),
  layer: choice(
    ['embedding', 'projection', 'both'],
    '`embedding` is the pooled feature, `projection` the unit vector that the loss saw; `both`: all there are.',
  ).default('both'),
  split,
  classes,
  exceptClasses,
  limit,
  seed,
  batchSize: integer(1, 'Images encoded at once.').default(256),
  engine,
  device,
  threads,
  window,
  maxBadShare,
  resume: flag('Continue the export in --out after its last finished part.'),
  verify: choice(
    ['size', 'hash'],
    'What --resume checks of finished parts: that they are there in full size, or also their SHA-256.',
  ).default('size'),
  shard: optional(
    shard('Export piece i of n, beside other processes; `finalize` joins the pieces.'),
  ),
  shards: optional(
    integer(
      1,
      'n, where i is in the environment: JOB_COMPLETION_INDEX of Kubernetes or SLURM_ARRAY_TASK_ID.',
    ),
  ),
} satisfies OptionFields<EmbedOptions>);

const finalizeFields = z.strictObject({
  folders: paths('Folder that the shards were written to, or several with --out.'),
  out: optional(path('Folder for the finished export; the one with the shards when not given.')),
  verify: choice(
    ['size', 'hash'],
    'What is checked of each part: that it is there in full size, or also its SHA-256.',
  ).default('hash'),
} satisfies OptionFields<FinalizeOptions>);

const bootstrapSeed = integer(0, 'Decides the resamples of the test images.').default(123);

const transferFields = z.strictObject({
  data: path(
    'Folder of images with two splits, each with a sub-folder for each class; or `synthetic:shapes`.',
  ),
  model: path('Run folder of `train`, whose last checkpoint is used.'),
  out: path('Folder for vectors, the fine-tuned run, `transfer.arrow` and `summary.json`.'),
  splitTrain: text('a folder name', 'Folder of DATA with the training images.').default('train'),
  splitTest: text('a folder name', 'Folder of DATA with the test images.').default('test'),
  classes,
  exceptClasses,
  disjoint: flag('Use only the classes of DATA that the run in --model was not trained with.'),
  limit,
  method: choice(
    ['frozen', 'fine-tuned', 'both'],
    'A linear classifier on fixed vectors, a classifier trained with all layers below it, or both.',
  ).default('both'),
  solver: choice(
    ['l2', 'sgd'],
    'Of the frozen method: regularised by what held-out training images say, or the recipe of the paper.',
  ).default('l2'),
  epochs: optional(integer(1, 'Passes of fine-tuning; 10 when neither this nor --steps is given.')),
  steps: optional(integer(1, 'Steps of fine-tuning, instead of --epochs.')),
  batchSize: integer(2, 'Images of a fine-tuning batch, one view each.').default(128),
  learningRate: number({ above: 0 }, 'Peak of fine-tuning for the layers of the encoder.').default(
    0.01,
  ),
  headLearningRate: optional(
    number({ above: 0 }, 'Peak for the new classifier; ten times --learning-rate when not given.'),
  ),
  recipe: choice(
    ['paper', 'plain'],
    'Views of fine-tuning: `paper` crops, flips, shifts colours; `plain` only resizes.',
  ).default('paper'),
  seed,
  engine,
  device,
  threads,
  resume: flag('Continue the transfer in --out: what is complete stays.'),
} satisfies OptionFields<TransferOptions>);

const transferSchema: z.ZodType<TransferOptions> = transferFields
  .refine(isExceptInPlace, exceptInPlace)
  .refine(
    ({ disjoint, classes, exceptClasses }) =>
      !disjoint || (classes === null && exceptClasses === null),
    { path: ['disjoint'], message: 'absent when classes are named' },
  )
  .refine(({ epochs, steps }) => epochs === null || steps === null, {
    path: ['steps'],
    message: 'absent when `--epochs` is given',
  })
  .transform((given) =>
    given.epochs === null && given.steps === null ? { ...given, epochs: 10 } : given,
  )
  .readonly();

const evaluateFields = z.strictObject({
  train: path('Folder that `embed` wrote for the training images.'),
  test: path(
    'Folder that `embed` wrote for the test images; that of --train leaves each image out.',
  ),
  out: path('Folder for the Arrow files of the evaluation and `summary.json`.'),
  k: integers(1, 'Numbers of neighbours that vote, such as `1,5`.').default([1, 5]),
  layer: choice(['embedding', 'projection'], 'Which vectors are compared, by cosine.').default(
    'projection',
  ),
  probe: choice(
    ['none', 'l2', 'sgd', 'both'],
    'Linear probe: `l2` is regularised logistic regression, `sgd` the recipe of the paper.',
  ).default('none'),
  probeLayer: choice(
    ['embedding', 'projection'],
    'Which vectors the probe learns from, as they are.',
  ).default('embedding'),
  probeStrength: optional(
    number(
      { above: 0 },
      'C of `l2`; chosen on a tenth of the training images, held out, when not given.',
    ),
  ),
  probeEpochs: integer(1, 'Epochs of `sgd`; the rate falls after 60, 75 and 90 %.').default(100),
  probeLearningRate: number({ above: 0 }, 'Learning rate of `sgd`.').default(5),
  rankings: integer(
    0,
    'Most test images whose full ranking is scored (MAP@R, …), of more a sample; 0 scores none.',
  ).default(10_000),
  temperature,
  bootstrap: integer(0, 'Resamples of the test images for the intervals; 0 for none.').default(
    1000,
  ),
  bootstrapSeed,
  seed,
  engine,
  device,
  threads: optional(integer(1, 'Worker threads; all cores when not given.')),
} satisfies OptionFields<EvaluateOptions>);

const compareFields = z.strictObject({
  evaluations: paths(
    'Folders that `evaluate` wrote, the baseline first; runs of one model joined by commas: `a-0,a-1,a-2`.',
  ),
  out: optional(path('Folder for `comparison.arrow`; nothing is written when not given.')),
  bootstrap: integer(1, 'Resamples of the test images.').default(1000),
  bootstrapSeed,
} satisfies OptionFields<CompareOptions>);

const lossFields = z.strictObject({
  embeddings: path('Folder that `embed` wrote.'),
  loss: choice(['sincere', 'supcon', 'eps-sup-infonce', 'dcl'], 'Loss to compute.').default(
    'sincere',
  ),
  temperature,
  epsilon,
  layer: choice(['embedding', 'projection'], 'Which vectors are contrasted.').default('projection'),
  normalize: flag('Bring the vectors to length 1 first; others are refused without it.'),
  gradient: optional(
    path(
      'Arrow file for the gradient of the loss by the vectors it saw, with --normalize the unit ones.',
    ),
  ),
  engine,
  device,
  threads,
} satisfies OptionFields<LossOptions>);

const demoFields = z.strictObject({
  out: path('Folder for everything that the demo writes.').default('runs/demo'),
  seed,
  steps: integer(1, 'Training steps of each of the two losses.').default(150),
  engine,
  device,
  threads,
} satisfies OptionFields<DemoOptions>);

const doctorFields = z.strictObject({
  out: path('Folder whose write access is checked.').default('.'),
} satisfies OptionFields<DoctorOptions>);

const theoryFields = z.strictObject({
  out: optional(path('Folder for `theory.arrow`; nothing is written when not given.')),
  seed,
  draws: integer(1000, 'Monte-Carlo draws of each value, more where they are cheap.').default(
    20_000,
  ),
} satisfies OptionFields<TheoryOptions>);

const convertFields = z.strictObject({
  source: path('Folder that `embed` wrote, or any Arrow file (`.arrow`) or stream (`.arrows`).'),
  to: choice(['parquet', 'csv'], 'Format to write.'),
  out: path('File to write, named `….parquet` or `….csv`; an earlier one is replaced.'),
  vectors: optional(
    choice(
      ['columns', 'json'],
      'Vectors in CSV: a column for each dimension, or a JSON list; `columns` when not given.',
    ),
  ),
} satisfies OptionFields<ConvertOptions>);

const convertSchema: z.ZodType<ConvertOptions> = convertFields
  .refine(({ to, out }) => out.endsWith(`.${to}`), {
    path: ['out'],
    // So that no file that something else wrote can be replaced.
    message: 'a file name that ends like `--to`, in `.parquet` or `.csv`',
  })
  .refine(({ to, vectors }) => to === 'csv' || vectors === null, {
    path: ['vectors'],
    message: 'absent unless `--to` is `csv`',
  })
  .readonly();

const inspectFields = z.strictObject({
  path: path(
    'Folder of `train`, `embed` or `evaluate`, or a file: `.arrow`, `.arrows`, `.safetensors`, `.onnx`.',
  ),
  rows: integer(0, 'First rows to show.').default(5),
  verify: flag('Read everything and compare hashes and counts.'),
} satisfies OptionFields<InspectOptions>);

const embedSchema = embedFields
  .refine(isExceptInPlace, exceptInPlace)
  .refine(
    ({ shard, shards }) => shards === null || shard === null || parseShard(shard)?.of === shards,
    {
      path: ['shards'],
      message: 'the n of `--shard`, or absent',
    },
  )
  .readonly();
const finalizeSchema = finalizeFields
  .refine(({ folders, out }) => folders.length === 1 || out !== null, {
    path: ['out'],
    message: 'a path when there is more than one folder',
  })
  .readonly();
const evaluateSchema = evaluateFields.readonly();
const compareSchema = compareFields
  .refine(({ evaluations }) => evaluations.length >= 2, {
    path: ['evaluations'],
    message: 'two or more folders that `evaluate` wrote',
  })
  .readonly();
const lossSchema = lossFields.refine(isEpsilonInPlace, epsilonInPlace).readonly();
const demoSchema = demoFields.readonly();
const doctorSchema = doctorFields.readonly();
const theorySchema = theoryFields.readonly();
const inspectSchema = inspectFields.readonly();

/** `sincere train DATA --out RUN`. */
export const trainVerb: Verb<TrainOptions> = defineVerb({
  name: 'train',
  summary: 'Train an encoder on a folder of images.',
  positional: 'data',
  fields: trainFields,
  schema: trainSchema,
});

/** `sincere embed DATA --model RUN|FILE.onnx --out DIR`. */
export const embedVerb: Verb<EmbedOptions> = defineVerb({
  name: 'embed',
  summary: 'Write the vectors of images as Arrow files.',
  positional: 'data',
  fields: embedFields,
  schema: embedSchema,
});

/** `sincere finalize DIR`. */
export const finalizeVerb: Verb<FinalizeOptions> = defineVerb({
  name: 'finalize',
  summary: 'Check the shards of an export and make one finished export of them.',
  positional: 'folders',
  fields: finalizeFields,
  schema: finalizeSchema,
});

/** `sincere transfer DATA --model RUN --out DIR`. */
export const transferVerb: Verb<TransferOptions> = defineVerb({
  name: 'transfer',
  summary: 'Measure how well an encoder serves other images or unseen classes.',
  positional: 'data',
  fields: transferFields,
  schema: transferSchema,
});

/** `sincere evaluate --train DIR --test DIR --out DIR`. */
export const evaluateVerb: Verb<EvaluateOptions> = defineVerb({
  name: 'evaluate',
  summary: 'Measure exported vectors: neighbours, rankings, similarities, margin, linear probe.',
  fields: evaluateFields,
  schema: evaluateSchema,
});

/** `sincere compare EVALUATIONS...`. */
export const compareVerb: Verb<CompareOptions> = defineVerb({
  name: 'compare',
  summary: 'Compare evaluations of the same test images: paired differences with intervals.',
  positional: 'evaluations',
  fields: compareFields,
  schema: compareSchema,
});

/** `sincere loss EMBEDDINGS`. */
export const lossVerb: Verb<LossOptions> = defineVerb({
  name: 'loss',
  summary: 'Compute the exact loss over all exported vectors, and its gradient.',
  positional: 'embeddings',
  fields: lossFields,
  schema: lossSchema,
});

/** `sincere demo`. */
export const demoVerb: Verb<DemoOptions> = defineVerb({
  name: 'demo',
  summary: 'Train, export and evaluate on generated images, SINCERE beside SupCon.',
  fields: demoFields,
  schema: demoSchema,
});

/** `sincere doctor`. */
export const doctorVerb: Verb<DoctorOptions> = defineVerb({
  name: 'doctor',
  summary: 'Check that this machine can run everything, and say what would be used.',
  fields: doctorFields,
  schema: doctorSchema,
});

/** `sincere theory`. */
export const theoryVerb: Verb<TheoryOptions> = defineVerb({
  name: 'theory',
  summary:
    'Check the propositions, the bound and the fixed point of the loss with known densities.',
  fields: theoryFields,
  schema: theorySchema,
});

/** `sincere convert SOURCE --to FORMAT --out FILE`. */
export const convertVerb: Verb<ConvertOptions> = defineVerb({
  name: 'convert',
  summary: 'Write exported vectors, or any of the Arrow files, as Parquet or CSV.',
  positional: 'source',
  fields: convertFields,
  schema: convertSchema,
});

/** `sincere inspect PATH`. */
export const inspectVerb: Verb<InspectOptions> = defineVerb({
  name: 'inspect',
  summary: 'Say what a file or folder is and what it holds.',
  positional: 'path',
  fields: inspectFields,
  schema: inspectSchema,
});
