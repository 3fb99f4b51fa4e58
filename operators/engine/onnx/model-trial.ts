import type { InferenceSession } from 'onnxruntime-node';
import { PipelineError } from '../../errors.ts';
import type { Placement } from '../../onnx/placement.ts';
import { type Runtime, runSession, type Tensors } from '../../onnx/runtime.ts';
import { largestDifference } from '../interface/largest-difference.ts';
import type { ModelOutput, ModelPorts } from '../interface/engine.ts';
import { checkModel, tolerances } from './device-check.ts';
import { imageTensor, type LayerSizes } from './encoding-session.ts';
import { poolRows, vectorSize } from './pooled-rows.ts';
import { numbersOf } from './port-types.ts';

/** A compiled model that is to be tried. */
export interface TrialModel {
  readonly runtime: Runtime;
  readonly session: InferenceSession;
  /** What it was compiled from. */
  readonly model: Uint8Array | string;
  readonly placement: Placement;
  readonly ports: ModelPorts;
  readonly imageSize: number;
}

/** What a trial found. */
export interface ModelTrial {
  readonly sizes: LayerSizes;
  /** Images change the vectors of each other, so that they have to be run by themselves. */
  readonly oneByOne: boolean;
  readonly notes: readonly string[];
}

/**
 * Tries a model with two images that are different everywhere, together, each by itself, and one of them once more.
 *
 * @throws {PipelineError} `ERR_SHAPE` when it gives other than one row for an image; `ERR_CONFIG` when it gives other
 * vectors for the same image each time; `ERR_ENGINE`.
 */
export async function tryModel(trial: TrialModel): Promise<ModelTrial> {
  const { fixedRows } = trial.ports;
  const together = await tryTogether(trial);
  const sizes = { embedding: 0, projection: 0, ...together.sizes };
  const first = await aloneOf(trial, 0);
  // Of a model for one image `together` was the first one alone.
  const again = fixedRows === 1 ? together : await aloneOf(trial, 0);
  if (largestDifference(again.row(0), first.row(0)) > repeatedTolerance(trial)) throw unsteady();
  const second = await aloneOf(trial, 1);
  // Other images stand before a row, or behind it, or in all other rows.
  const offs = Array.from({ length: together.rows }, (_, row) =>
    largestDifference((row === 0 ? first : second).row(0), together.row(row)),
  );
  // Not finite is told where vectors are written, and how many.
  const off = Math.max(0, ...offs.filter((one) => !Number.isNaN(one)));
  const oneByOne = off > toleranceOf(trial);
  const one = oneByOne ? first.row(0) : together.row(0);
  const other = oneByOne || fixedRows === 1 ? second.row(0) : together.row(1);
  const notes = isSame(one, other) ? [sameVectors] : [];
  return { sizes, oneByOne, notes: oneByOne ? [...notes, dependence(off)] : notes };
}

/** One of the two images, in every row that a call of the model has to have. */
async function aloneOf(trial: TrialModel, image: number): Promise<TrialVectors> {
  return await vectorsOf(
    trial,
    Array.from({ length: trial.ports.fixedRows ?? 1 }, () => image),
  );
}

const sameVectors =
  'the model gave two different images the same vector when it was tried: it may be damaged, or expect other pixels';

function dependence(off: number): string {
  return (
    `the vector of an image depends on the other images of its batch (by ${(100 * off).toPrecision(2)} % when the model was ` +
    'tried), so images are run one at a time, which is slower: it was exported in training mode, or quantises a batch as a ' +
    'whole'
  );
}

function unsteady(): PipelineError {
  return new PipelineError(
    'ERR_CONFIG',
    'The model gave other vectors for the same image when it was run again: it holds something random, such as dropout ' +
      'in training mode, or changes as it runs, such as batch normalisation in training mode. Export it in evaluation mode',
  );
}

/** Vectors of images of a trial. */
interface TrialVectors {
  readonly rows: number;
  readonly sizes: Partial<LayerSizes>;
  /** All layers of one image, one after the other. */
  row(at: number): Float32Array;
}

/** Two images in one call, or as many as the model is fixed to. */
async function tryTogether(trial: TrialModel): Promise<TrialVectors> {
  const { fixedRows } = trial.ports;
  const images = Array.from({ length: fixedRows ?? 2 }, (_, at) => Math.min(at, 1));
  try {
    return await vectorsOf(trial, images, { check: true });
  } catch (error) {
    const failed = error instanceof PipelineError && error.code === 'ERR_ENGINE';
    if (!failed || fixedRows !== null) throw error;
    // Which of the two reasons is it?
    await vectorsOf(trial, [0]).catch(() => {
      throw error;
    });
    throw new PipelineError(
      'ERR_SHAPE',
      `The model runs one image and fails with two: its batch axis is free by name only. Export it again with a free batch ` +
        `axis throughout, or with the batch fixed to 1 in its input, which is run image by image. ${error.message}`,
      { cause: error },
    );
  }
}

/**
 * @param images Which image stands in each row.
 * @param options.check Compare what a device made with the processor.
 */
async function vectorsOf(
  trial: TrialModel,
  images: readonly number[],
  { check = false } = {},
): Promise<TrialVectors> {
  const { runtime, session, model, placement, ports, imageSize } = trial;
  const pixels = trialPixels(images, imageSize, ports);
  const feeds = { [ports.input]: imageTensor(runtime, pixels, ports, imageSize) };
  const outputs = await runSession(session, feeds);
  const layers = Object.entries({ embedding: ports.embedding, projection: ports.projection });
  const used = layers.flatMap(([layer, output]) => (output === null ? [] : [{ layer, output }]));
  const found = used.map(({ layer, output }) => ({
    layer,
    ...pooled(output, outputs, images.length),
  }));
  if (check && placement.device !== 'cpu') {
    const names = used.map(({ output }) => output.name);
    await checkModel(runtime, model, feeds, outputs, names, placement);
  }
  return {
    rows: images.length,
    sizes: Object.fromEntries(found.map(({ layer, size }) => [layer, size])),
    row: (at) =>
      Float32Array.from(
        found.flatMap(({ size, values }) =>
          Array.from(values.subarray(at * size, (at + 1) * size)),
        ),
      ),
  };
}

function pooled(
  output: ModelOutput,
  outputs: Tensors,
  rows: number,
): { readonly size: number; readonly values: Float32Array } {
  const tensor = outputs[output.name]!;
  const size = vectorSize(output, tensor.dims, rows);
  const values = new Float32Array(rows * size);
  poolRows(output, numbersOf(tensor), tensor.dims, { size, rows }, values, 0);
  return { size, values };
}

/** No images, but different everywhere, also in mean and spread, which a batch may be normalised by. */
function trialPixels(
  images: readonly number[],
  imageSize: number,
  { inputType }: ModelPorts,
): Float32Array {
  const length = imageSize * imageSize * 3;
  const pixels = new Float32Array(images.length * length);
  for (const [row, image] of images.entries()) {
    for (let at = 0; at < length; at += 1) {
      pixels[row * length + at] = image === 0 ? Math.sin(at) : 0.25 + 0.5 * Math.cos(0.37 * at);
    }
  }
  return inputType === 'uint8' ? pixels.map((value) => Math.round(127.5 * (value + 1))) : pixels;
}

/** Difference of vectors that is no more than another order of sums. */
function toleranceOf({ placement, ports }: TrialModel): number {
  return Math.max(ports.inputType === 'float16' ? 1e-2 : 1e-3, tolerances[placement.device]);
}

/** Difference of vectors of one call that is made twice: on the processor sums have the same order. */
function repeatedTolerance(trial: TrialModel): number {
  return trial.placement.device === 'cpu' ? 1e-5 : toleranceOf(trial);
}

function isSame(one: Float32Array, other: Float32Array): boolean {
  return one.every((value, at) => Number.isFinite(value) && value === other[at]);
}
