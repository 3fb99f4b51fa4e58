import type { AugmentationOption } from '../../operators/image/view-recipe.ts';
import { classRule, type DataOptions, dataFields, heldOutRule } from './data-options.ts';
import { loadingFields, type LoadingOptions } from './loading-options.ts';
import { augmentation, choice, flag, integer, optional, path, shard } from './option-fields.ts';
import { readingFields, type ReadingOptions } from './reading-options.ts';
import { retryRule } from './retry-rule.ts';
import { seedField, type SeedOption } from './seed-option.ts';
import { shardRule } from './shard-rule.ts';
import { alternatives, defineVerb, type Verb } from './verb.ts';

/** Options of `prepare`. */
export interface PrepareOptions extends DataOptions, SeedOption, LoadingOptions, ReadingOptions {
  /** Images, as `train` takes them, with or without classes. */
  readonly data: string;
  /** Folder for the prepared dataset, which every verb then takes in the place of `data`. */
  readonly out: string;
  /** Stored form: decoded `pixels` (small images), or encoded again as `jpeg` or `png` (large ones). @default 'pixels' */
  readonly as?: 'pixels' | 'jpeg' | 'png' | undefined;
  /** JPEG quality, from 90 on with full colour resolution; 90 when not given. */
  readonly quality?: number | null | undefined;
  /** Shorter side, in pixels, to which larger images are shrunk; none is when not given. */
  readonly shrinkTo?: number | null | undefined;
  /** Side of the views that training will make, in pixels: shrinks as far as they allow, instead of `shrinkTo`. */
  readonly imageSize?: number | null | undefined;
  /**
   * Data augmentation that `imageSize` is for: `paper` crops, flips, jitters colours; `simclr` also blurs; `plain`
   * only resizes; with parameters (scale, ratio, flip, randaugment, jitter, grayscale, blur, solarize, local,
   * mean, std), such as `paper,blur=0.1-2@0.5`.
   * @default 'paper'
   */
  readonly augmentation?: AugmentationOption | undefined;
  /** Continue the prepared dataset in `out` after its last finished part. @default false */
  readonly resume?: boolean | undefined;
  /** Try images again that were left out before `resume`; parts that lack one that can be used now are made again. @default false */
  readonly retryBad?: boolean | undefined;
  /** Check of finished parts and their images by `resume`: sizes and some content, or the SHA-256 of all. @default 'size' */
  readonly verify?: 'size' | 'hash' | undefined;
  /** Prepare shard i of n, beside other processes; `finalize` joins the shards. */
  readonly shard?: string | null | undefined;
  /** n, where i comes from JOB_COMPLETION_INDEX (Kubernetes) or SLURM_ARRAY_TASK_ID. */
  readonly shards?: number | null | undefined;
}

const data = {
  data: path('Images, as `train` takes them, with or without classes.'),
  ...dataFields,
  seed: seedField,
};

const images = {
  as: choice(
    ['pixels', 'jpeg', 'png'],
    'Stored form: decoded `pixels` (small images), or encoded again as `jpeg` or `png` (large ones).',
  ).default('pixels'),
  quality: optional(
    integer(1, 'JPEG quality, from 90 on with full colour resolution; 90 when not given.', 100),
  ),
  shrinkTo: optional(
    integer(
      1,
      'Shorter side, in pixels, to which larger images are shrunk; none is when not given.',
    ),
  ),
  imageSize: optional(
    integer(
      8,
      'Side of the views that training will make, in pixels: shrinks as far as they allow, instead of `shrinkTo`.',
    ),
  ),
  augmentation: augmentation('Data augmentation that `imageSize` is for').default('paper'),
  ...readingFields,
};

const output = {
  out: path('Folder for the prepared dataset, which every verb then takes in the place of `data`.'),
  resume: flag('Continue the prepared dataset in `out` after its last finished part.'),
  retryBad: flag(
    'Try images again that were left out before `resume`; parts that lack one that can be used now are made again.',
  ),
  verify: choice(
    ['size', 'hash'],
    'Check of finished parts and their images by `resume`: sizes and some content, or the SHA-256 of all.',
  ).default('size'),
  shard: optional(
    shard('Prepare shard i of n, beside other processes; `finalize` joins the shards.'),
  ),
  shards: optional(
    integer(1, 'n, where i comes from JOB_COMPLETION_INDEX (Kubernetes) or SLURM_ARRAY_TASK_ID.'),
  ),
};

/** `sincere prepare DATA --out DIR`. */
export const prepareVerb: Verb<PrepareOptions> = defineVerb<PrepareOptions>({
  name: 'prepare',
  summary: 'Store images decoded or encoded again, so that every verb loads them faster.',
  positional: 'data',
  fields: { ...data, ...images, ...output, ...loadingFields },
  groups: { Data: data, Images: images, Output: output, Machine: loadingFields },
  rules: [
    classRule,
    heldOutRule,
    retryRule,
    shardRule,
    alternatives<PrepareOptions>('imageSize', 'shrinkTo'),
    {
      option: 'quality',
      expected: 'absent unless `as: jpeg` is given',
      holds: ({ quality, as }) => quality === null || as === 'jpeg',
    },
    {
      option: 'augmentation',
      expected: 'absent unless `imageSize` is given, which it is for',
      holds: ({ augmentation: given, imageSize }) => given === 'paper' || imageSize !== null,
    },
  ],
});
