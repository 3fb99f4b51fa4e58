import { z } from 'zod';
import type { ImageLayout, ModelOutput } from '../../operators/engine/interface/engine.ts';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import {
  type ImageReading,
  imageReadings,
  statedReading,
} from '../../operators/image/image-reading.ts';
import {
  checkPreprocessing,
  middles,
  type Preprocessing,
  roundings,
} from '../../operators/image/preprocessing.ts';
import { interpolations } from '../../operators/image/resample-filters.ts';
import type { Normalisation } from '../../operators/image/view-recipe.ts';
import { findImageProcessor, type FoundProcessor, processorFiles } from './find-image-processor.ts';
import { fromHuggingFace } from './hugging-face-preprocessing.ts';
import type { TranslatedProcessor } from './translated-processor.ts';
import { normalisationNotes } from './preprocessing-notes.ts';
import { type Json, type JsonObject, readJsonObject } from '../../operators/files/json.ts';
import { type FieldDomains, schemaProblems } from '../../operators/files/schema-problems.ts';
import { eitherOf } from '../../operators/message-words.ts';

/** Sidecar of an ONNX file: its preprocessing, and the outputs that are wanted. Defaults resolved. */
export interface ModelSidecar extends Omit<Preprocessing, 'layout'> {
  readonly layout?: ImageLayout | undefined;
  readonly input?: string | undefined;
  readonly outputs?:
    | {
        readonly embedding?: ModelOutput | undefined;
        readonly projection?: ModelOutput | undefined;
      }
    | undefined;
}

/**
 * Reads the preprocessing that stands beside an ONNX file: `model.json` for `model.onnx`.
 *
 * A `preprocessor_config.json` of Hugging Face is taken too, or the `image_processor` of a `processor_config.json`, or the
 * `config.json` of timm: beside the file or, when `model.json` does not say all, one folder up (`onnx/model.onnx`). Fields
 * of `model.json` come first.
 *
 * ```json
 * {
 *   "imageSize": 224,
 *   "resize": { "shorterSide": 256 },
 *   "mean": [0.485, 0.456, 0.406],
 *   "std": [0.229, 0.224, 0.225],
 *   "outputs": { "embedding": { "name": "last_hidden_state", "pooling": "cls" } }
 * }
 * ```
 *
 * `imageSize`, `resize`, `mean` and `std` must be there. The others, of `Preprocessing` and `ModelSpec`, are by default
 * those of a torchvision model: `bilinear` in `8bit`, `middle` of `torchvision`, `rescale` 1/255, `rgb`, nothing shrunk on
 * load, EXIF and colour profiles applied, transparency on white (`exif`, `icc`, `alpha`). An output may be its name alone.
 *
 * @param model Path of the ONNX file.
 * @throws {PipelineError} `ERR_CONFIG` when there is no such file, or they do not say what is needed; `ERR_FORMAT` when
 * one is not JSON.
 * @example
 * ```ts
 * const { imageSize, mean, std } = await readModelSidecar('runs/a/encoder.onnx');
 * console.log(imageSize, mean, std);
 * ```
 */
export async function readModelSidecar(model: string): Promise<ModelSidecar> {
  return (await findModelSidecar(model)).sidecar;
}

/** A sidecar, and where it was found. */
export interface FoundSidecar {
  readonly sidecar: ModelSidecar;
  /** Path of the configuration of Hugging Face that was read. */
  readonly processor: string | undefined;
  /** What was assumed of it or left out, for the user. */
  readonly notes: readonly string[];
}

/**
 * As `readModelSidecar`, with the configuration of Hugging Face that was taken.
 *
 * @throws {PipelineError} As `readModelSidecar`.
 */
export async function findModelSidecar(model: string): Promise<FoundSidecar> {
  const own = sidecarPath(model);
  const sidecar = await readJsonObject(own);
  const isWhole = sidecar !== undefined && neededFields.every((field) => field in sidecar);
  const found = await findImageProcessor(model, { above: !isWhole });
  if (sidecar === undefined && found === undefined) throw noSidecar(model, own);
  const file = sidecar === undefined ? found!.file : own;
  try {
    const theirs = found === undefined ? undefined : translate(found, isWhole);
    const parsed = parseSidecar({ ...theirs?.fields, ...sidecar });
    const notes = [...(theirs?.notes ?? []), ...normalisationNotes(parsed)];
    return { sidecar: parsed, processor: theirs?.file, notes };
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    const message = `\`${file}\` does not describe a model: ${messageOf(error)}`;
    throw new PipelineError('ERR_CONFIG', message, { path: file, cause: error });
  }
}

/** @param isSpare Whether all that is needed is said elsewhere: then what is not understood is left out, with a note. */
function translate(
  { file, config }: FoundProcessor,
  isSpare: boolean,
): TranslatedProcessor & { readonly file?: string } {
  try {
    const { fields, notes } = fromHuggingFace(config);
    return { file, fields, notes: notes.map((note) => `\`${file}\`: ${note}`) };
  } catch (error) {
    if (!isSpare) {
      const message = `\`${file}\` is not understood: ${messageOf(error)}`;
      throw new PipelineError('ERR_CONFIG', message, { path: file, cause: error });
    }
    return { fields: {}, notes: [`\`${file}\` is left out: ${messageOf(error)}`] };
  }
}

function noSidecar(model: string, own: string): PipelineError {
  const names = oneOf(processorFiles.map(({ name }) => name));
  return new PipelineError(
    'ERR_CONFIG',
    `Expected \`${own}\` to say how images become the input of \`${model}\`, or a ${names} of Hugging Face ` +
      `beside it or one folder up; there is none. For a model of torchvision write ${JSON.stringify(example)}`,
    { path: own },
  );
}

/** Path of the sidecar of an ONNX file. */
export function sidecarPath(model: string): string {
  return model.replace(/\.onnx$/iu, '.json');
}

/** The sidecar of an encoder of `train`, which gives what the run itself gives. */
export function encoderSidecar(
  imageSize: number,
  { mean, std }: Normalisation,
  reading: ImageReading = {},
): JsonObject {
  return {
    imageSize,
    resize: { squash: imageSize },
    interpolation: 'bilinear',
    rounding: 'none',
    mean,
    std,
    layout: 'NCHW',
    shrinkOnLoad: true,
    ...statedReading(reading),
    outputs: { embedding: 'embedding', projection: 'projection' },
  };
}

/** Preprocessing of an encoder of `train`: the whole image, resized. */
export function encoderPreprocessing(
  imageSize: number,
  normalisation: Normalisation,
  layout: ImageLayout,
  reading: ImageReading = {},
): Preprocessing {
  const sidecar = encoderSidecar(imageSize, normalisation, reading);
  return sidecarPreprocessing(parseSidecar(sidecar), layout);
}

/**
 * Preprocessing of a sidecar, for an input of this layout.
 *
 * @returns For `prepareInputs` and `inputShrinkTarget`.
 * @example
 * ```ts
 * const sidecar = await readModelSidecar('runs/a/encoder.onnx');
 * const preprocessing = sidecarPreprocessing(sidecar, sidecar.layout ?? 'NCHW');
 * ```
 */
export function sidecarPreprocessing(sidecar: ModelSidecar, layout: ImageLayout): Preprocessing {
  const { imageSize, resize, interpolation, rounding, middle, shrinkOnLoad } = sidecar;
  const { rescale, mean, std, channels } = sidecar;
  return {
    imageSize,
    resize,
    interpolation,
    rounding,
    middle,
    rescale,
    mean,
    std,
    channels,
    layout,
    shrinkOnLoad,
    ...statedReading(sidecar),
  };
}

const example: Json = {
  imageSize: 224,
  resize: { shorterSide: 256 },
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** @throws {Error} Naming the fields that are not as expected. */
export function parseSidecar(value: unknown): ModelSidecar {
  const parsed = sidecarSchema.safeParse(value);
  if (!parsed.success) throw new Error(schemaProblems(parsed.error, value, fieldDomains));
  checkPreprocessing(sidecarPreprocessing(parsed.data, 'NCHW'));
  return parsed.data;
}

function oneOf(names: readonly string[]): string {
  return eitherOf(names.map((name) => `\`${name}\``));
}

/** Fields that have no default. */
const neededFields = ['imageSize', 'resize', 'mean', 'std'] as const;

const outputDomain = `the name of an output, or such as {"name":"last_hidden_state","pooling":"cls"}`;

const fieldDomains: FieldDomains = {
  imageSize: 'the side of the input in pixels, an integer from 1 to 8192 such as 224',
  resize: '{"shorterSide":N}, {"squash":N} or null, N in pixels',
  interpolation: oneOf(interpolations),
  rounding: oneOf(roundings),
  middle: oneOf(middles),
  rescale: 'what bytes of 0 to 255 are multiplied by, a number above 0 such as 0.00392156862745098',
  mean: 'three numbers, red first, of pixels after `rescale`, such as [0.485,0.456,0.406]',
  std: 'three numbers above 0, red first, of pixels after `rescale`, such as [0.229,0.224,0.225]',
  channels: '`rgb` or `bgr`',
  layout: '`NCHW` or `NHWC`',
  shrinkOnLoad: '`true` or `false`',
  exif: oneOf(imageReadings.exif),
  icc: oneOf(imageReadings.icc),
  alpha: oneOf(imageReadings.alpha),
  input: 'the name of the input of the model',
  outputs: '{"embedding":NAME,"projection":NAME}, either or both',
  'outputs.embedding': outputDomain,
  'outputs.projection': outputDomain,
};

const side = z.int().positive();
const rgb = z.tuple([z.number(), z.number(), z.number()]).readonly();
const output = z.union([
  z
    .string()
    .min(1)
    .transform((name) => ({ name })),
  z.strictObject({
    name: z.string().min(1),
    pooling: z.enum(['cls', 'mean']).optional(),
    normalize: z.boolean().optional(),
  }),
]);

const sidecarSchema: z.ZodType<ModelSidecar> = z.strictObject({
  imageSize: side,
  resize: z
    .union([z.strictObject({ shorterSide: side }), z.strictObject({ squash: side })])
    .nullable(),
  interpolation: z.enum(interpolations).default('bilinear'),
  rounding: z.enum(roundings).default('8bit'),
  middle: z.enum(middles).default('torchvision'),
  rescale: z
    .number()
    .positive()
    .default(1 / 255),
  mean: rgb,
  std: rgb,
  channels: z.enum(['rgb', 'bgr']).default('rgb'),
  layout: z.enum(['NCHW', 'NHWC']).optional(),
  shrinkOnLoad: z.boolean().default(false),
  exif: z.enum(imageReadings.exif).optional(),
  icc: z.enum(imageReadings.icc).optional(),
  alpha: z.enum(imageReadings.alpha).optional(),
  input: z.string().min(1).optional(),
  outputs: z
    .strictObject({ embedding: output.optional(), projection: output.optional() })
    .optional(),
});
