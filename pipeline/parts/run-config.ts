import { z } from 'zod';
import type { Engine } from '../../operators/engine/interface/engine.ts';
import { PipelineError } from '../../operators/errors.ts';
import type { FrozenPart } from '../../operators/model/frozen-part.ts';
import { encoderNames } from '../../operators/model/encoders.ts';
import {
  type ImageReading,
  imageReadings,
  statedReading,
} from '../../operators/image/image-reading.ts';
import { scaledRate } from '../../operators/model/learning-rate.ts';
import type { RateCurve } from '../../operators/model/rate-curves.ts';
import { localViewsOf } from '../../operators/image/recipe-steps.ts';
import {
  type Normalisation,
  type ViewRecipe,
  viewRecipe,
} from '../../operators/image/view-recipe.ts';
import type { Dataset, Weights } from '../../operators/types.ts';
import { type OptimizerName, optimizers } from '../../operators/step/optimizer/optimizers.ts';
import type { CrossEntropySpec, LossSpec } from '../../operators/loss/loss-spec.ts';
import type { EncoderSpec } from '../../operators/model/encoder-spec.ts';
import { absoluteLocation } from '../../operators/location-scheme.ts';
import type { JsonObject } from '../../operators/files/json.ts';
import { schemaProblems } from '../../operators/files/schema-problems.ts';
import { trainingLoss } from '../options/loss-spec.ts';
import type { TrainOptions } from '../options/train-options.ts';
import type { Resolved } from '../options/verb.ts';

import type { ValidationConfig } from './validation-config.ts';

/** Configuration of a run (`config.json`): every choice that decides its result, and where its data was. */
export interface RunConfig extends ImageReading {
  readonly data: { readonly hash: string; readonly images: number; readonly classes: number };
  readonly encoder: EncoderSpec;
  readonly imageSize: number;
  readonly recipe: ViewRecipe;
  readonly loss: LossSpec | CrossEntropySpec;
  /** Views of each image, besides the local ones of `recipe`; `viewsOf` counts both. */
  readonly views: number;
  readonly batchSize: number;
  readonly microBatch: number | null;
  /** Batches of an update; 1 where it is absent. */
  readonly accumulate?: number | undefined;
  readonly batchNorm: 'batch' | 'frozen';
  readonly classesPerBatch: number | null;
  /** 1 where it is absent. */
  readonly balance?: number | undefined;
  /** No limit where it is absent. */
  readonly maxClassShare?: number | undefined;
  /** No limit where it is absent. */
  readonly maxOversampling?: number | undefined;
  readonly steps: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  /** A cosine where it is absent. */
  readonly schedule?: RateCurve | undefined;
  /** SGD where it is absent. */
  readonly optimizer?: OptimizerName | undefined;
  readonly momentum: number;
  readonly weightDecay: number;
  /** Maximum global gradient norm; gradients are not clipped where it is absent. */
  readonly clipNorm?: number | undefined;
  /** Decay of the moving average of the weights; none is kept where it is absent. */
  readonly ema?: number | undefined;
  /** What each image gives is recorded; absent where it is not. */
  readonly samples?: true | undefined;
  readonly seed: number;
  readonly engine: string;
  /** Device, such as `webgpu`, without the versions of its driver; the processor where it is absent. */
  readonly device?: string | undefined;
  /** Pretrained weights that the encoder starts from, if any: the hash of all weights that it was saved with. */
  readonly initialWeights?: string | undefined;
  /** Learning rate of the head over that of the layers below it; 1 where it is absent. */
  readonly headRate?: number | undefined;
  /** Learning rate of a layer over that of the next one, nearer to the head; 1 where it is absent. */
  readonly layerDecay?: number | undefined;
  /** Frozen layers; none where it is absent. */
  readonly freeze?: FrozenPart | undefined;
  /** Validation while it trains; none where it is absent. */
  readonly validation?: ValidationConfig | undefined;
  /** Not decisive: may differ when the run is continued. */
  readonly dataLocation: string;
  /** The classes whose images the run sees. Not decisive, because `data.hash` covers them. */
  readonly classes: readonly string[];
}

/** Pretrained encoder, from which a run starts. */
export interface PretrainedStart {
  /** Tensors to start from by name; what is not among them, such as a new head, is initialised at random. */
  readonly weights: Weights;
  /** Identifies where they are from. */
  readonly hash: string;
  readonly normalisation: Normalisation;
  /** Learning rate of the head over that of the layers below it. */
  readonly headRate: number;
}

/** All views of an image in a batch: the shape of batches and steps. */
export function viewsOf({ views, recipe }: Pick<RunConfig, 'views' | 'recipe'>): number {
  return views + localViewsOf(recipe);
}

/** Fields of `RunConfig` that a continued run may change. */
export const mayChange: readonly (keyof RunConfig)[] = ['dataLocation', 'classes'];

/** Options that make a field of `RunConfig`, where they are not the one of its name. */
export const optionsOf: Readonly<Partial<Record<keyof RunConfig, readonly string[]>>> = {
  data: [
    'data',
    'split',
    'columns',
    'imageRoot',
    'classes',
    'excludeClasses',
    'exclude',
    'minPerClass',
    'holdOut',
    'heldOut',
    'limit',
  ],
  dataLocation: ['data', 'split'],
  validation: ['validate', 'validateEvery', 'validateLimit', 'best'],
  encoder: ['encoder', 'stem', 'width', 'loss'],
  recipe: ['augmentation'],
  loss: ['loss', 'temperature', 'epsilon', 'positives', 'anchors'],
  initialWeights: ['init', 'initCheckpoint'],
  learningRate: ['learningRate', 'scaleRate', 'batchSize', 'accumulate'],
  schedule: ['schedule', 'milestones', 'stepDecay', 'restartPeriod', 'restartFactor'],
};

/** Length of `projection` rows, as in the paper. */
const projectionSize = 128;

/** The network of a run: the classes of a classifier are those of the data. */
export function encoderSpec(
  {
    encoder: architecture,
    stem,
    width,
    loss,
  }: Pick<Resolved<TrainOptions>, 'encoder' | 'stem' | 'width' | 'loss'>,
  data: Pick<Dataset, 'classes'>,
): EncoderSpec {
  // Absent where it is the default, so that runs from before there was another one can be continued.
  const network = {
    architecture,
    ...(stem === 'cifar' ? {} : { stem }),
    ...(width === 1 ? {} : { width }),
  };
  return loss === 'cross-entropy'
    ? { ...network, head: 'classifier', projectionSize: data.classes.length }
    : { ...network, head: 'mlp', projectionSize };
}

/** Steps of a run: those that were asked for, or those of its epochs, up to whole updates. */
export function stepsOf(
  {
    steps,
    epochs,
    batchSize,
    accumulate,
  }: Pick<Resolved<TrainOptions>, 'steps' | 'epochs' | 'batchSize' | 'accumulate'>,
  data: Pick<Dataset, 'count'>,
): number {
  if (steps !== null) return steps;
  const ofEpochs = Math.ceil(data.count / batchSize) * (epochs ?? 1);
  return Math.ceil(ofEpochs / accumulate) * accumulate;
}

/**
 * Resolves options against the data: epochs become steps.
 *
 * @param classes Of the images, also where the run does not know them.
 * @param start @default random weights
 */
export function runConfig(
  options: Resolved<TrainOptions>,
  data: Dataset,
  engine: Pick<Engine, 'name' | 'device'>,
  classes: readonly string[],
  start?: PretrainedStart,
): RunConfig {
  const { imageSize, augmentation, microBatch, accumulate, batchNorm, freeze, layerDecay, ema } =
    options;
  const { balance, maxClassShare, maxOversampling } = options;
  const { views, batchSize, classesPerBatch, optimizer, momentum, clipNorm, seed } = options;
  const usual = optimizers[optimizer];
  return {
    data: { hash: data.hash, images: data.count, classes: data.classes.length },
    encoder: encoderSpec(options, data),
    imageSize,
    recipe: viewRecipe(augmentation, start?.normalisation),
    ...statedReading(options),
    loss: trainingLoss(options),
    views,
    batchSize,
    microBatch,
    ...(accumulate === 1 ? {} : { accumulate }),
    batchNorm,
    classesPerBatch,
    ...(balance === 1 ? {} : { balance }),
    ...(maxClassShare === null ? {} : { maxClassShare }),
    ...(maxOversampling === null ? {} : { maxOversampling }),
    steps: stepsOf(options, data),
    learningRate: peakRate(options),
    warmupSteps: options.warmupSteps,
    // Absent by default, so that runs from before there was a choice go on.
    ...scheduleOf(options),
    ...(optimizer === 'sgd' ? {} : { optimizer }),
    momentum,
    weightDecay: options.weightDecay ?? usual.weightDecay,
    ...(clipNorm === null ? {} : { clipNorm }),
    ...(ema === null ? {} : { ema }),
    ...(options.samples ? { samples: true } : {}),
    seed,
    engine: engine.name,
    ...(engine.device.startsWith('cpu') ? {} : { device: engine.device.split(',')[0]! }),
    ...(start === undefined ? {} : { initialWeights: start.hash, headRate: start.headRate }),
    ...(layerDecay === null ? {} : { layerDecay }),
    ...(freeze === null ? {} : { freeze }),
    dataLocation: absoluteLocation(data.name),
    classes,
  };
}

/** Peak learning rate of a run: as given or usual, and scaled with the batch where that is asked for. */
function peakRate({
  learningRate,
  optimizer,
  scaleRate,
  batchSize,
  accumulate,
}: Pick<
  Resolved<TrainOptions>,
  'learningRate' | 'optimizer' | 'scaleRate' | 'batchSize' | 'accumulate'
>): number {
  const rate = learningRate ?? optimizers[optimizer].learningRate;
  return scaleRate ? scaledRate(rate, batchSize * accumulate) : rate;
}

/** Schedule of a run, with the numbers that it goes by; none where it is the default. */
function scheduleOf(
  options: Pick<
    Resolved<TrainOptions>,
    'schedule' | 'milestones' | 'stepDecay' | 'restartPeriod' | 'restartFactor'
  >,
): Pick<RunConfig, 'schedule'> {
  const { schedule: name, milestones, stepDecay, restartPeriod, restartFactor } = options;
  if (name === 'cosine') return {};
  const numbers = {
    ...(milestones === null ? {} : { milestones }),
    ...(stepDecay === null ? {} : { stepDecay }),
    ...(restartPeriod === null ? {} : { restartPeriod }),
    ...(restartFactor === null ? {} : { restartFactor }),
  };
  return { schedule: { name, ...numbers } };
}

/** Configuration of a run as far as an export of its weights needs it. */
export interface EmbeddableConfig extends ImageReading {
  readonly encoder: EncoderSpec;
  readonly imageSize: number;
  readonly recipe: Normalisation;
}

const rgb = z.tuple([z.number(), z.number(), z.number()]).readonly();
const embeddable: z.ZodType<EmbeddableConfig> = z.object({
  encoder: z.object({
    architecture: z.enum(encoderNames),
    stem: z.enum(['cifar', 'imagenet']).optional(),
    width: z.int().min(1).optional(),
    head: z.enum(['mlp', 'linear', 'classifier']),
    projectionSize: z.int().min(1),
  }),
  imageSize: z.int().min(1),
  recipe: z.object({ mean: rgb, std: rgb }),
  exif: z.enum(imageReadings.exif).optional(),
  icc: z.enum(imageReadings.icc).optional(),
  alpha: z.enum(imageReadings.alpha).optional(),
});

/** @throws {PipelineError} `ERR_FORMAT` when the configuration of the run is not one of ours. */
export function readEmbeddableConfig(config: JsonObject, run: string): EmbeddableConfig {
  const parsed = embeddable.safeParse(config);
  if (parsed.success) return parsed.data;
  throw new PipelineError(
    'ERR_FORMAT',
    `\`config.json\` in \`${run}\` is not that of a run: ${schemaProblems(parsed.error, config)}`,
    { path: run },
  );
}
