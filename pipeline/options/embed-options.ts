import { type RunWeights, runWeights } from '../../operators/step/inference-weights.ts';
import { checkpointFields, type CheckpointOption } from './checkpoint-field.ts';
import { classRule, type DataOptions, dataFields, heldOutRule } from './data-options.ts';
import { engineFields, type EngineOptions } from './engine-options.ts';
import { loadingFields, type LoadingOptions, loadingRenamed } from './loading-options.ts';
import { choice, flag, integer, optional, path, shard } from './option-fields.ts';
import { modelReadingFields, type ModelReadingOptions } from './reading-options.ts';
import { retryRule } from './retry-rule.ts';
import { seedField, type SeedOption } from './seed-option.ts';
import { shardRule } from './shard-rule.ts';
import { defineVerb, type Verb } from './verb.ts';

/** Options of `embed`. */
export interface EmbedOptions
  extends
    DataOptions,
    CheckpointOption,
    SeedOption,
    EngineOptions,
    LoadingOptions,
    ModelReadingOptions {
  /** Images, as `train` takes them, with or without classes. */
  readonly data: string;
  /** Run folder of `train`, or FILE.onnx with FILE.json beside it. */
  readonly model: string;
  /** Folder for the Arrow files. */
  readonly out: string;
  /** Weights of a run that keeps a moving average: the `average`, or the `raw` ones that it is of. @default 'average' */
  readonly weights?: RunWeights | undefined;
  /** Vectors: `embedding` (pooled features), `projection` (unit vectors of the loss), or both if there. @default 'both' */
  readonly layer?: 'embedding' | 'projection' | 'both' | undefined;
  /**
   * Arithmetic of the convolutions: `float32`, `int8` if a trial on these images shows it right and faster, or `auto`:
   * int8 where that is so. @default 'float32'
   */
  readonly precision?: 'float32' | 'int8' | 'auto' | undefined;
  /** Images encoded at once. @default 256 */
  readonly batchSize?: number | undefined;
  /** Continue the export in `out` after its last finished part. @default false */
  readonly resume?: boolean | undefined;
  /** Try images again that were left out before `resume`; parts that lack one that can be used now are made again. @default false */
  readonly retryBad?: boolean | undefined;
  /** Check of finished parts and their images by `resume`: sizes and some content, or the SHA-256 of all. @default 'size' */
  readonly verify?: 'size' | 'hash' | undefined;
  /** Export shard i of n, beside other processes; `finalize` joins the shards. */
  readonly shard?: string | null | undefined;
  /** n, where i comes from JOB_COMPLETION_INDEX (Kubernetes) or SLURM_ARRAY_TASK_ID. */
  readonly shards?: number | null | undefined;
}

const data = {
  data: path('Images, as `train` takes them, with or without classes.'),
  ...dataFields,
  seed: seedField,
};

const vectors = {
  model: path('Run folder of `train`, or FILE.onnx with FILE.json beside it.'),
  ...checkpointFields,
  weights: choice(
    runWeights,
    'Weights of a run that keeps a moving average: the `average`, or the `raw` ones that it is of.',
  ).default('average'),
  layer: choice(
    ['embedding', 'projection', 'both'],
    'Vectors: `embedding` (pooled features), `projection` (unit vectors of the loss), or both if there.',
  ).default('both'),
};

const output = {
  out: path('Folder for the Arrow files.'),
  resume: flag('Continue the export in `out` after its last finished part.'),
  retryBad: flag(
    'Try images again that were left out before `resume`; parts that lack one that can be used now are made again.',
  ),
  verify: choice(
    ['size', 'hash'],
    'Check of finished parts and their images by `resume`: sizes and some content, or the SHA-256 of all.',
  ).default('size'),
  shard: optional(
    shard('Export shard i of n, beside other processes; `finalize` joins the shards.'),
  ),
  shards: optional(
    integer(1, 'n, where i comes from JOB_COMPLETION_INDEX (Kubernetes) or SLURM_ARRAY_TASK_ID.'),
  ),
};

const machine = {
  precision: choice(
    ['float32', 'int8', 'auto'],
    'Arithmetic of the convolutions: `float32`, `int8` if a trial on these images shows it right and faster, or ' +
      '`auto`: int8 where that is so.',
  ).default('float32'),
  batchSize: integer(1, 'Images encoded at once.').default(256),
  ...engineFields,
  ...loadingFields,
};

/** `sincere embed DATA --model RUN|FILE.onnx --out DIR`. */
export const embedVerb: Verb<EmbedOptions> = defineVerb<EmbedOptions>({
  name: 'embed',
  summary: 'Write the vectors of images as Arrow files.',
  positional: 'data',
  fields: { ...data, ...vectors, ...modelReadingFields, ...output, ...machine },
  groups: {
    Data: data,
    Vectors: vectors,
    Pixels: modelReadingFields,
    Output: output,
    Machine: machine,
  },
  rules: [
    classRule,
    heldOutRule,
    retryRule,
    {
      option: 'checkpoint',
      expected: 'absent when `model` is a file',
      holds: ({ checkpoint, model }) => checkpoint === null || !/\.onnx$/iu.test(model),
    },
    {
      option: 'weights',
      expected: 'absent when `model` is a file',
      holds: ({ weights, model }) => weights === 'average' || !/\.onnx$/iu.test(model),
    },
    {
      option: 'precision',
      expected: '`float32` when `model` is a file, which is run as it is',
      holds: ({ precision, model }) => precision !== 'int8' || !/\.onnx$/iu.test(model),
    },
    shardRule,
  ],
  renamed: { ...loadingRenamed, exceptClasses: 'excludeClasses' },
});
