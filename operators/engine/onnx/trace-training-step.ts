import { trainingStep } from '../../model/training-step.ts';
import type { tf } from '../../tf.ts';
import type { StepSpec } from '../engine.ts';
import {
  momentumInputs,
  pixelsInput,
  prefixed,
  statisticsSize,
  stepPorts,
  unprefixed,
  weightInputs,
} from './step-ports.ts';
import { trace, type TraceInput } from './trace.ts';

/** `trainingStep` as an ONNX model: state, batch and learning rate in; next state and sums out. */
export function traceTrainingStep(spec: StepSpec): Uint8Array {
  const { images, views } = spec.shape;
  const inputs: TraceInput[] = [
    pixelsInput(spec, images),
    { name: stepPorts.labels, shape: [images * views], dtype: 'int32' },
    { name: stepPorts.learningRate, shape: [], dtype: 'float32' },
    ...weightInputs(spec),
    ...momentumInputs(spec),
  ];
  return trace(inputs, (tensors) => {
    const state = {
      weights: unprefixed(stepPorts.weights, tensors),
      momentum: unprefixed(stepPorts.momentum, tensors),
    };
    const batch = {
      // The shapes are those of `inputs` above.
      pixels: tensors[stepPorts.pixels] as tf.Tensor4D,
      labels: tensors[stepPorts.labels] as tf.Tensor1D,
    };
    const learningRate = tensors[stepPorts.learningRate] as tf.Scalar;
    const next = trainingStep(spec, state, batch, learningRate);
    // Sums first: ONNX Runtime computes in the order of outputs, and the other way round holds more
    // activations at once.
    return {
      ...prefixed(stepPorts.sums, next.sums),
      [stepPorts.statisticsSize]: statisticsSize(spec, next.weights),
      [stepPorts.gradientNorm]: next.gradientNorm,
      ...prefixed(stepPorts.nextWeights, next.weights),
      ...prefixed(stepPorts.nextMomentum, next.momentum),
    };
  });
}
