import path from 'node:path';
import { z } from 'zod';
import type { ImageLayout, ModelOutput } from '../../operators/engine/interface/engine.ts';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { checkPreprocessing, type Preprocessing } from '../../operators/image/preprocessing.ts';
import type { Normalisation } from '../../operators/image/view-recipe.ts';
import { fromHuggingFace } from './hugging-face-preprocessing.ts';
import { type Json, readJsonObject } from '../files/json.ts';

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

/** Name of the preprocessing file that Hugging Face puts beside its models. */
const preprocessorName = 'preprocessor_config.json';

/**
 * Reads the preprocessing that stands beside an ONNX file: `model.json` for `model.onnx`.
 *
 * A `preprocessor_config.json` of Hugging Face is taken too; where both are there, fields of `model.json` come first.
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
 * load. An output may be its name alone.
 *
 * @param model Path of the ONNX file.
 * @throws {PipelineError} `ERR_CONFIG` when there is neither file, or they do not say what is needed; `ERR_FORMAT` when
 * one is not JSON.
 * @example
 * ```ts
 * const { imageSize, mean, std } = await readModelSidecar('runs/a/encoder.onnx');
 * console.log(imageSize, mean, std);
 * ```
 */
export async function readModelSidecar(model: string): Promise<ModelSidecar> {
  const own = sidecarPath(model);
  const theirs = path.join(path.dirname(model), preprocessorName);
  const [sidecar, preprocessor] = [await readJsonObject(own), await readJsonObject(theirs)];
  if (sidecar === undefined && preprocessor === undefined) {
    throw new PipelineError(
      'ERR_CONFIG',
      `Expected \`${own}\` to say how images become the input of \`${model}\`, or a \`${preprocessorName}\` beside it; ` +
        `there is neither. For a model of torchvision write ${JSON.stringify(example)}`,
      { path: own },
    );
  }
  const file = sidecar === undefined ? theirs : own;
  try {
    const translated = preprocessor === undefined ? {} : fromHuggingFace(preprocessor);
    return parseSidecar({ ...translated, ...sidecar });
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    throw new PipelineError(
      'ERR_CONFIG',
      `\`${file}\` does not describe a model: ${messageOf(error)}`,
      { path: file, cause: error },
    );
  }
}

/** Path of the sidecar of an ONNX file. */
export function sidecarPath(model: string): string {
  return model.replace(/\.onnx$/iu, '.json');
}

/** The sidecar of an encoder of `train`, which gives what the run itself gives. */
export function encoderSidecar(imageSize: number, { mean, std }: Normalisation): Json {
  return {
    imageSize,
    resize: { squash: imageSize },
    interpolation: 'bilinear',
    rounding: 'none',
    mean,
    std,
    layout: 'NCHW',
    shrinkOnLoad: true,
    outputs: { embedding: 'embedding', projection: 'projection' },
  };
}

/** Preprocessing of an encoder of `train`: the whole image, resized. */
export function encoderPreprocessing(
  imageSize: number,
  normalisation: Normalisation,
  layout: ImageLayout,
): Preprocessing {
  return sidecarPreprocessing(parseSidecar(encoderSidecar(imageSize, normalisation)), layout);
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
  };
}

const example: Json = {
  imageSize: 224,
  resize: { shorterSide: 256 },
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** @throws {Error} Naming the fields that are not as expected. */
function parseSidecar(value: unknown): ModelSidecar {
  const parsed = sidecarSchema.safeParse(value);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error), { cause: parsed.error });
  checkPreprocessing(sidecarPreprocessing(parsed.data, 'NCHW'));
  return parsed.data;
}

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
  interpolation: z.enum(['bilinear', 'bicubic']).default('bilinear'),
  rounding: z.enum(['8bit', 'none']).default('8bit'),
  middle: z.enum(['torchvision', 'transformers']).default('torchvision'),
  rescale: z
    .number()
    .positive()
    .default(1 / 255),
  mean: rgb,
  std: rgb,
  channels: z.enum(['rgb', 'bgr']).default('rgb'),
  layout: z.enum(['NCHW', 'NHWC']).optional(),
  shrinkOnLoad: z.boolean().default(false),
  input: z.string().min(1).optional(),
  outputs: z
    .strictObject({ embedding: output.optional(), projection: output.optional() })
    .optional(),
});
