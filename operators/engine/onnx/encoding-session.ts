import type { InferenceSession } from 'onnxruntime-node';
import type { EncodedRows, ModelOutput, ModelPorts } from '../interface/engine.ts';
import { embeddingSize } from '../../model/network-plan.ts';
import { checkModel } from './device-check.ts';
import type { EngineCalls } from '../thread/engine-calls.ts';
import { type ModelMetadata, modelPorts, type PortMetadata } from './model-ports.ts';
import { placementOn } from '../../onnx/placement.ts';
import { poolRows, vectorSize } from './pooled-rows.ts';
import { createSession, type Runtime, runSession } from '../../onnx/runtime.ts';
import { encoderPorts, headPort, traceEncoder } from './trace-encoder.ts';

/** A compiled encoder. Lives in the thread of the engine. */
export interface EncodingSession {
  /** @throws {PipelineError} `ERR_ENGINE`. */
  encode(pixels: Float32Array): Promise<EncodedRows>;
  release(): Promise<void>;
}

/** A compiled model of a file. */
export type ModelEncodingSession = EncodingSession & EngineCalls['openModel']['result'];

/**
 * Traces and compiles an encoder: the same trace that `exportEncoder` writes, but for the layout of its
 * input.
 *
 * @throws {PipelineError} `ERR_ENGINE`.
 */
export async function openEncodingSession(
  runtime: Runtime,
  { spec, weights, rows, imageSize, ...computing }: EngineCalls['openEncoder']['argument'],
): Promise<EncodingSession> {
  const layout = 'NHWC';
  const placement = placementOn(computing);
  const session = await createSession(
    runtime,
    traceEncoder(spec, weights, imageSize, layout, placement.target),
    placement,
  );
  const ports: ModelPorts = {
    input: encoderPorts.images,
    layout,
    fixedRows: null,
    embedding: { name: encoderPorts.embedding },
    projection: { name: headPort(spec) },
  };
  const sizes = { embedding: embeddingSize(spec), projection: spec.projectionSize };
  return encodingSession(runtime, session, ports, { rows, imageSize, sizes });
}

/**
 * Compiles a model and runs it once, because only that tells the dimension of its vectors.
 *
 * @throws {PipelineError} As `Engine.openModel`.
 */
export async function openModelSession(
  runtime: Runtime,
  { spec, rows, imageSize, ...computing }: EngineCalls['openModel']['argument'],
): Promise<ModelEncodingSession> {
  const placement = placementOn(computing);
  const session = await createSession(runtime, spec.model, placement);
  try {
    const ports = modelPorts(metadataOf(session), spec, imageSize);
    const tried = ports.fixedRows ?? 1;
    // No image, but different everywhere.
    const pixels = Float32Array.from({ length: tried * imageSize * imageSize * 3 }, (_, at) =>
      Math.sin(at),
    );
    const feeds = { [ports.input]: imageTensor(runtime, pixels, ports, imageSize) };
    const outputs = await runSession(session, feeds);
    if (placement.device !== 'cpu') {
      const used = [ports.embedding, ports.projection].flatMap((output) => output?.name ?? []);
      await checkModel(runtime, spec.model, feeds, outputs, used, placement);
    }
    const sizeOf = (output: ModelOutput | null): number =>
      output === null ? 0 : vectorSize(output, outputs[output.name]!.dims, tried);
    const sizes = { embedding: sizeOf(ports.embedding), projection: sizeOf(ports.projection) };
    return {
      ...encodingSession(runtime, session, ports, { rows, imageSize, sizes }),
      ports,
      embeddingSize: sizes.embedding,
      projectionSize: sizes.projection,
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** Micro-batch limit in pixels: 20 images of 224 × 224, whose activations take some 200 MB. */
const pixelsAtOnce = 2 ** 20;

/** Row multiple of a micro-batch: GEMMs with few rows are summed in another order. */
const evenImages = 8;

function encodingSession(
  runtime: Runtime,
  session: InferenceSession,
  ports: ModelPorts,
  shape: {
    readonly rows: number;
    readonly imageSize: number;
    readonly sizes: { readonly embedding: number; readonly projection: number };
  },
): EncodingSession {
  const { rows, imageSize, sizes } = shape;
  const length = imageSize * imageSize * 3;
  const most = Math.max(1, Math.floor(pixelsAtOnce / imageSize ** 2));
  const even = Math.min(evenImages, most);
  const evened = (images: number): number => Math.ceil(images / even) * even;
  const chunk = ports.fixedRows ?? Math.min(most - (most % even), evened(rows));
  // Outputs that nobody reads are not copied out of the runtime.
  const used = [ports.embedding, ports.projection].flatMap((output) => output ?? []);
  const fetched = Object.fromEntries(used.map(({ name }) => [name, null]));
  // Only the last images of a batch need it.
  let padded: Float32Array | undefined;
  const chunkOf = (pixels: Float32Array, first: number, count: number): Float32Array => {
    const own = pixels.subarray(first * length, (first + count) * length);
    const images = ports.fixedRows ?? evened(count);
    if (count < images) {
      padded ??= new Float32Array(chunk * length);
      padded.set(own);
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
      for (let first = 0; first < rows; first += chunk) {
        const count = Math.min(chunk, rows - first);
        const images = chunkOf(pixels, first, count);
        const feeds = { [ports.input]: imageTensor(runtime, images, ports, imageSize) };
        const outputs = await runSession(session, feeds, fetched);
        for (const layer of ['embedding', 'projection'] as const) {
          const output = ports[layer];
          if (output === null) continue;
          const { data, dims } = outputs[output.name]!;
          const wanted = { size: sizes[layer], rows: count };
          // `modelPorts` lets only float32 through.
          poolRows(output, data as Float32Array, dims, wanted, encoded[layer], first);
        }
      }
      return encoded;
    },
    release: () => session.release(),
  };
}

function imageTensor(
  { Tensor }: Runtime,
  pixels: Float32Array,
  { layout }: ModelPorts,
  imageSize: number,
): InstanceType<Runtime['Tensor']> {
  const rows = pixels.length / (imageSize * imageSize * 3);
  const dims =
    layout === 'NCHW' ? [rows, 3, imageSize, imageSize] : [rows, imageSize, imageSize, 3];
  return new Tensor('float32', pixels, dims);
}

function metadataOf({ inputMetadata, outputMetadata }: InferenceSession): ModelMetadata {
  const described = (port: InferenceSession.ValueMetadata): PortMetadata =>
    port.isTensor
      ? { name: port.name, type: port.type, shape: port.shape }
      : { name: port.name, type: undefined, shape: [] };
  return { inputs: inputMetadata.map(described), outputs: outputMetadata.map(described) };
}
