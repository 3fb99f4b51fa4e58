import { encoderPorts, headPort, traceEncoder } from './trace-encoder.ts';
import type { EngineCalls } from './engine-calls.ts';
import { createSession, type Runtime, runSession } from './runtime.ts';
import type { EncodedRows } from '../engine.ts';

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
  { spec, weights, rows, imageSize, threads }: EngineCalls['openEncoder']['argument'],
): Promise<EncodingSession> {
  const model = traceEncoder(spec, weights, imageSize, 'NHWC');
  const session = await createSession(runtime, model, threads);
  return {
    async encode(pixels) {
      // The runtime does not read shared memory.
      const own = pixels.buffer instanceof SharedArrayBuffer ? pixels.slice() : pixels;
      const images = new runtime.Tensor('float32', own, [rows, imageSize, imageSize, 3]);
      const outputs = await runSession(session, { [encoderPorts.images]: images });
      return {
        // Both outputs are float32.
        embedding: outputs[encoderPorts.embedding]!.data as Float32Array,
        projection: outputs[headPort(spec)]!.data as Float32Array,
      };
    },
    release: () => session.release(),
  };
}
