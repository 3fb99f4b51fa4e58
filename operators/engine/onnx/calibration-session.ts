import type { EngineCalls } from '../thread/engine-calls.ts';
import { ownMemory } from '../../own-memory.ts';
import { rangeModel } from '../../onnx/int8/range-model.ts';
import type { ImageRanges } from '../../onnx/int8/quantisation.ts';
import { placementOn } from '../../onnx/placement.ts';
import { createSession, type Runtime, runSession } from '../../onnx/runtime.ts';
import { encoderPorts, traceEncoder } from '../programs/trace-encoder.ts';

/** A compiled calibration model. Lives in the thread of the engine. */
export interface CompiledCalibration {
  /** @throws {PipelineError} `ERR_ENGINE`. */
  ranges(pixels: Float32Array): Promise<readonly ImageRanges[]>;
  release(): Promise<void>;
}

/**
 * Compiles the float32 encoder with the ranges of its activations for outputs.
 *
 * @throws {PipelineError} `ERR_ENGINE`.
 */
export async function openCalibration(
  runtime: Runtime,
  { spec, weights, imageSize, ...computing }: EngineCalls['openCalibration']['argument'],
): Promise<CompiledCalibration> {
  const { model, ports } = rangeModel(traceEncoder(spec, weights, imageSize, { layout: 'NHWC' }));
  const session = await createSession(runtime, model, placementOn(computing));
  const own = ownMemory();
  return {
    async ranges(pixels) {
      const images = pixels.length / (imageSize * imageSize * 3);
      const dims = [images, imageSize, imageSize, 3];
      const feeds = { [encoderPorts.images]: new runtime.Tensor('float32', own(pixels), dims) };
      const outputs = await runSession(session, feeds);
      // Float32, one for each image, as the model declares them.
      const at = (name: string, image: number): number =>
        (outputs[name]!.data as Float32Array)[image]!;
      return Array.from({ length: images }, (_, image) =>
        ports.map(({ low, high }) => ({ low: at(low, image), high: at(high, image) })),
      );
    },
    release: () => session.release(),
  };
}
