import type { AugmentationOption } from '../../operators/image/view-recipe.ts';
import { classRule, type DataOptions, dataFields, heldOutRule } from './data-options.ts';
import { loadingFields, type LoadingOptions } from './loading-options.ts';
import { augmentation, choice, integer, number, optional, path } from './option-fields.ts';
import { readingFields, type ReadingOptions } from './reading-options.ts';
import { seedField, type SeedOption } from './seed-option.ts';
import { alternatives, defineVerb, type Resolved, type Verb } from './verb.ts';

/** Options of `bench`. */
export interface BenchOptions extends DataOptions, SeedOption, LoadingOptions, ReadingOptions {
  /** Part of a run that is measured. */
  readonly part: 'loader';
  /** Images, as `train` takes them. */
  readonly data: string;
  /** Side of the square views, in pixels. @default 32 */
  readonly imageSize?: number | undefined;
  /** Images of a batch, before views. @default 256 */
  readonly batchSize?: number | undefined;
  /** Views of each image in a batch, before the local ones of `augmentation`. @default 2 */
  readonly views?: number | undefined;
  /**
   * Data augmentation: `paper` crops, flips, jitters colours; `simclr` also blurs; `plain` only resizes;
   * with parameters (scale, ratio, flip, randaugment, jitter, grayscale, blur, solarize, local, mean, std), such as
   * `paper,blur=0.1-2@0.5`.
   * @default 'paper'
   */
  readonly augmentation?: AugmentationOption | undefined;
  /** Seconds that are measured, after a warm-up; 10 when neither this nor `batches` is given. */
  readonly seconds?: number | null | undefined;
  /** Batches that are measured, after a warm-up, instead of `seconds`. */
  readonly batches?: number | null | undefined;
  /** Batches of the warm-up; one more than are in flight when not given. */
  readonly warmUp?: number | null | undefined;
  /** Milliseconds that a simulated device takes for each batch; 0 measures the loader alone. @default 0 */
  readonly stepMs?: number | undefined;
  /** Threads that read, decode and make views; one and a half for each core when not given. */
  readonly threads?: number | null | undefined;
  /** Megabytes of decoded images cached between epochs. @default 256 */
  readonly cacheMb?: number | undefined;
}

const data = {
  part: choice(['loader'], 'Part of a run that is measured.'),
  data: path('Images, as `train` takes them.'),
  ...dataFields,
};

const batches = {
  batchSize: integer(2, 'Images of a batch, before views.').default(256),
  views: integer(
    1,
    'Views of each image in a batch, before the local ones of `augmentation`.',
  ).default(2),
  imageSize: integer(8, 'Side of the square views, in pixels.').default(32),
  augmentation: augmentation('Data augmentation').default('paper'),
};

const measurement = {
  seconds: optional(
    number(
      { above: 0 },
      'Seconds that are measured, after a warm-up; 10 when neither this nor `batches` is given.',
    ),
  ),
  batches: optional(
    integer(1, 'Batches that are measured, after a warm-up, instead of `seconds`.'),
  ),
  warmUp: optional(
    integer(1, 'Batches of the warm-up; one more than are in flight when not given.'),
  ),
  stepMs: number(
    { from: 0, to: 60_000 },
    'Milliseconds that a simulated device takes for each batch; 0 measures the loader alone.',
  ).default(0),
  seed: seedField,
};

const machine = {
  threads: optional(
    integer(
      1,
      'Threads that read, decode and make views; one and a half for each core when not given.',
      1024,
    ),
  ),
  cacheMb: integer(0, 'Megabytes of decoded images cached between epochs.').default(256),
  ...loadingFields,
};

/** `sincere bench loader DATA`. */
export const benchVerb: Verb<BenchOptions> = defineVerb<BenchOptions>({
  name: 'bench',
  summary: 'Measure how fast images are loaded for training, and say what limits it.',
  positional: ['part', 'data'],
  fields: { ...data, ...readingFields, ...batches, ...measurement, ...machine },
  groups: {
    Data: data,
    Pixels: readingFields,
    Measurement: measurement,
    'Batches and views': batches,
    Machine: machine,
  },
  rules: [classRule, heldOutRule, alternatives<BenchOptions>('batches', 'seconds')],
  complete: (options: Resolved<BenchOptions>) =>
    options.seconds === null && options.batches === null ? { ...options, seconds: 10 } : options,
});
