import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelPorts } from '../interface/engine.ts';
import { maxMicroBatch, microBatches, type MicroBatchSizes } from '../interface/micro-batches.ts';
import type { EncodingSession } from '../interface/sessions.ts';
import { ownMemory } from '../../own-memory.ts';
import { embeddingSize } from '../../model/network-plan.ts';
import type { EngineCalls } from '../thread/engine-calls.ts';
import { int8Model } from '../../onnx/int8/int8-model.ts';
import { placementOn } from '../../onnx/placement.ts';
import { checkRows, poolRows } from './pooled-rows.ts';
import { numbersOf, pixelTensor } from './port-types.ts';
import { createSession, type Runtime, runSession } from '../../onnx/runtime.ts';
import { encoderPorts, headPort, traceEncoder } from '../programs/trace-encoder.ts';

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

/** Row multiple of a micro-batch: GEMMs with few rows are summed in another order. */
const evenImages = 8;

interface InferenceShape {
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
 * Inference of a compiled network in micro-batches.
 *
 * Results are checked at each of them: a network may well give as many rows as images for two, and not for eight.
 */
export function encodingSession(
  runtime: Runtime,
  session: InferenceSession,
  ports: ModelPorts,
  { rows, imageSize, sizes, oneByOne = false }: InferenceShape,
): EncodingSession {
  const length = imageSize * imageSize * 3;
  const microBatch = microBatchSizes(ports, { rows, imageSize, oneByOne });
  // Outputs that nobody reads are not copied out of the runtime.
  const used = [ports.embedding, ports.projection].flatMap((output) => output ?? []);
  const fetched = Object.fromEntries(used.map(({ name }) => [name, null]));
  const own = ownMemory();
  return {
    async encode(pixels) {
      const rows = pixels.length / length;
      const encoded = {
        embedding: new Float32Array(rows * sizes.embedding),
        projection: new Float32Array(rows * sizes.projection),
        pixels,
      };
      for (const { first, count, pixels: part } of microBatches(pixels, rows, microBatch)) {
        const images = own(part);
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

function microBatchSizes(
  { fixedRows }: ModelPorts,
  { rows, imageSize, oneByOne }: Required<Pick<InferenceShape, 'rows' | 'imageSize' | 'oneByOne'>>,
): MicroBatchSizes {
  if (oneByOne || fixedRows !== null) {
    return { most: oneByOne ? 1 : fixedRows!, filledTo: () => fixedRows ?? 1 };
  }
  const most = maxMicroBatch(imageSize);
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
