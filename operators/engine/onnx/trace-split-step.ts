import { chunkGradients, imagesAtOnce, projectedChunk } from '../../model/split-step.ts';
import { updatedState } from '../../model/updated-state.ts';
import type { tf } from '../../tf.ts';
import type { StepSpec } from '../engine.ts';
import {
  nextState,
  optimizerInputs,
  parameterGradientInputs,
  pixelsInput,
  prefixed,
  statisticInputs,
  stepPorts,
  tracedState,
  unprefixed,
  weightInputs,
} from './step-ports.ts';
import { trace, type TraceInput } from './trace.ts';

/** `projectedChunk` as an ONNX model: weights and pixels in, projections out. */
export function traceProjection(spec: StepSpec): Uint8Array {
  return trace([pixelsInput(spec, imagesAtOnce(spec)), ...weightInputs(spec)], (tensors) => ({
    [stepPorts.projection]: projectedChunk(
      spec,
      unprefixed(stepPorts.weights, tensors),
      // The shape is that of `pixelsInput`.
      tensors[stepPorts.pixels] as tf.Tensor4D,
    ),
  }));
}

/** `chunkGradients` as an ONNX model: the sums of earlier chunks in, with this one's out. */
export function traceChunkGradients(spec: StepSpec): Uint8Array {
  const rows = imagesAtOnce(spec) * spec.shape.views;
  const inputs: TraceInput[] = [
    pixelsInput(spec, imagesAtOnce(spec)),
    {
      name: stepPorts.projectionGradient,
      shape: [rows, spec.encoder.projectionSize],
      dtype: 'float32',
    },
    ...weightInputs(spec),
    ...gradientInputs(spec),
  ];
  return trace(inputs, (tensors) => {
    const { gradients, statistics } = chunkGradients(
      spec,
      unprefixed(stepPorts.weights, tensors),
      // The shapes are those of `inputs` above.
      tensors[stepPorts.pixels] as tf.Tensor4D,
      tensors[stepPorts.projectionGradient] as tf.Tensor2D,
      summed(tensors),
    );
    return {
      ...prefixed(stepPorts.nextStatistics, statistics),
      ...prefixed(stepPorts.nextGradients, gradients),
    };
  });
}

/** `updatedState` as an ONNX model: state, summed gradients and rates in, next state out. */
export function traceUpdate(spec: StepSpec): Uint8Array {
  const inputs: TraceInput[] = [
    ...weightInputs(spec),
    ...optimizerInputs(spec),
    ...gradientInputs(spec),
  ];
  return trace(inputs, (tensors) => {
    const rates = unprefixed(stepPorts.rates, tensors);
    return nextState(spec, updatedState(spec, tracedState(tensors), summed(tensors), rates));
  });
}

/** Sums of gradients and statistics over chunks, as inputs. */
export function gradientInputs(spec: StepSpec): readonly TraceInput[] {
  return [...parameterGradientInputs(spec), ...statisticInputs(stepPorts.statistics, spec)];
}

function summed(tensors: Readonly<Record<string, tf.Tensor>>): {
  readonly gradients: Record<string, tf.Tensor>;
  readonly statistics: Record<string, tf.Tensor>;
} {
  return {
    gradients: unprefixed(stepPorts.gradients, tensors),
    statistics: unprefixed(stepPorts.statistics, tensors),
  };
}
