import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { EncodedRows, ModelPorts } from '../interface/engine.ts';
import { embeddingSize } from '../../model/network-plan.ts';
import type { EngineCalls } from '../thread/engine-calls.ts';
import { int8Model } from '../../onnx/int8/int8-model.ts';
import { placementOn } from '../../onnx/placement.ts';
import { checkRows, poolRows } from './pooled-rows.ts';
import { numbersOf, pixelTensor } from './port-types.ts';
import { createSession, type Runtime, runSession } from '../../onnx/runtime.ts';
import { encoderPorts, headPort, traceEncoder } from '../programs/trace-encoder.ts';

/** A compiled encoder. Lives in the thread of the engine. */
export interface EncodingSession {
  /** @throws {PipelineError} `ERR_ENGINE`. */
  encode(pixels: Float32Array): Promise<EncodedRows>;
  release(): Promise<void>;
}

/**
 * Traces and compiles an encoder: the same trace that `exportEncoder` writes, but for the layout of its
 * input.
 *
 * @throws {PipelineError} `ERR_ENGINE`.
 */
export async function openEncodingSession(
  runtime: Runtime,
  {
    spec,
    weights,
    rows,
    imageSize,
    quantisation,
    ...computing
  }: EngineCalls['openEncoder']['argument'],
): Promise<EncodingSession> {
  const layout = 'NHWC';
  const placement = placementOn(computing);
  const encoder = traceEncoder(spec, weights, imageSize, { layout, target: placement.target });
  const model = quantisation === undefined ? encoder : int8Model(encoder, quantisation);
  const session = await createSession(runtime, model, placement);
  const ports: ModelPorts = {
    input: encoderPorts.images,
    inputType: 'float32',
    layout,
    fixedRows: null,
    embedding: { name: encoderPorts.embedding },
    projection: { name: headPort(spec) },
  };
  const sizes = { embedding: embeddingSize(spec), projection: spec.projectionSize };
  return encodingSession(runtime, session, ports, { rows, imageSize, sizes });
}

/** Micro-batch limit in pixels: 20 images of 224 × 224, whose activations take some 200 MB. */
const pixelsAtOnce = 2 ** 20;

/** Row multiple of a micro-batch: GEMMs with few rows are summed in another order. */
const evenImages = 8;

/** Shape of an encoding session. */
export interface EncodingShape {
  readonly rows: number;
  readonly imageSize: number;
  readonly sizes: LayerSizes;
  /** Run images one at a time, because each would change the vectors of the others. @default false */
  readonly oneByOne?: boolean | undefined;
}

/** Dimensions of the vectors of each layer; 0 where there is none. */
export interface LayerSizes {
  readonly embedding: number;
  readonly projection: number;
}

/**
 * The encoding of images by a compiled network, in micro-batches.
 *
 * What comes back is checked at each of them: a network may well give as many rows as images for two, and not for eight.
 */
export function encodingSession(
  runtime: Runtime,
  session: InferenceSession,
  ports: ModelPorts,
  { rows, imageSize, sizes, oneByOne = false }: EncodingShape,
): EncodingSession {
  const length = imageSize * imageSize * 3;
  const { most, filledTo } = microBatches(ports, { rows, imageSize, oneByOne });
  // Outputs that nobody reads are not copied out of the runtime.
  const used = [ports.embedding, ports.projection].flatMap((output) => output ?? []);
  const fetched = Object.fromEntries(used.map(({ name }) => [name, null]));
  // Only the last images of a batch need it.
  let padded: Float32Array | undefined;
  const chunkOf = (pixels: Float32Array, first: number, count: number): Float32Array => {
    const own = pixels.subarray(first * length, (first + count) * length);
    const images = filledTo(count);
    if (count < images) {
      padded ??= new Float32Array(filledTo(most) * length);
      padded.set(own);
      // By the last image, which is none of another batch.
      for (let row = count; row < images; row += 1) {
        padded.set(own.subarray((count - 1) * length), row * length);
      }
      return padded.subarray(0, images * length);
    }
    // The runtime does not read shared memory.
    return own.buffer instanceof SharedArrayBuffer ? own.slice() : own;
  };
  return {
    async encode(pixels) {
      const rows = pixels.length / length;
      const encoded = {
        embedding: new Float32Array(rows * sizes.embedding),
        projection: new Float32Array(rows * sizes.projection),
        pixels,
      };
      for (let first = 0; first < rows; first += most) {
        const count = Math.min(most, rows - first);
        const images = chunkOf(pixels, first, count);
        const feeds = { [ports.input]: imageTensor(runtime, images, ports, imageSize) };
        const outputs = await runSession(session, feeds, fetched);
        for (const layer of ['embedding', 'projection'] as const) {
          const output = ports[layer];
          if (output === null) continue;
          const tensor = outputs[output.name]!;
          const size = sizes[layer];
          checkRows(output, tensor.dims, { rows: images.length / length, size });
          const wanted = { size, rows: count };
          poolRows(output, numbersOf(tensor), tensor.dims, wanted, encoded[layer], first);
        }
      }
      return encoded;
    },
    release: () => session.release(),
  };
}

/** Images of a micro-batch at most, and how many it is filled up to. */
function microBatches(
  { fixedRows }: ModelPorts,
  { rows, imageSize, oneByOne }: Required<Pick<EncodingShape, 'rows' | 'imageSize' | 'oneByOne'>>,
): { readonly most: number; readonly filledTo: (images: number) => number } {
  if (oneByOne || fixedRows !== null) {
    return { most: oneByOne ? 1 : fixedRows!, filledTo: () => fixedRows ?? 1 };
  }
  const most = Math.max(1, Math.floor(pixelsAtOnce / imageSize ** 2));
  const even = Math.min(evenImages, most);
  const filledTo = (images: number): number => Math.ceil(images / even) * even;
  return { most: Math.min(most - (most % even), filledTo(rows)), filledTo };
}

/** Images as the input of a model. */
export function imageTensor(
  runtime: Runtime,
  pixels: Float32Array,
  { layout, inputType }: ModelPorts,
  imageSize: number,
): Tensor {
  const rows = pixels.length / (imageSize * imageSize * 3);
  const dims =
    layout === 'NCHW' ? [rows, 3, imageSize, imageSize] : [rows, imageSize, imageSize, 3];
  return pixelTensor(runtime, inputType, pixels, dims);
}
