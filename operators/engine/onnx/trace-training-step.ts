import { weightShapes } from '../../model/weight-shapes.ts';
import { trainingStep } from '../../model/training-step.ts';
import { tf } from '../../tf.ts';
import type { TrainerSpec } from '../engine.ts';
import { trace, type TraceInput } from './trace.ts';

/** Names of the ports of a traced step; tensors of the state follow with their own name. */
export const stepPorts = {
  pixels: 'pixels',
  labels: 'labels',
  learningRate: 'learning_rate',
  weights: 'weights.',
  momentum: 'momentum.',
  nextWeights: 'next.weights.',
  nextMomentum: 'next.momentum.',
  readouts: 'readouts.',
  gradientNorm: 'gradient_norm',
  statisticsSize: 'statistics_size',
} as const;

/**
 * `trainingStep` as an ONNX model: state, batch and learning rate in; next state and read-outs out.
 *
 * `statistics_size`, the sum over the absolute running statistics, is not finite when an activation was
 * not: ONNX Runtime's ReLU may turn a NaN into 0, so loss and gradient alone need not show it.
 */
export function traceTrainingStep(spec: TrainerSpec): Uint8Array {
  const { images, views, imageSize } = spec.shape;
  const rows = images * views;
  const shapes = [...weightShapes(spec.encoder)];
  const parameters = shapes.filter(([, { role }]) => role === 'parameter');
  const statistics = shapes.filter(([, { role }]) => role === 'statistic');
  const inputs: TraceInput[] = [
    { name: stepPorts.pixels, shape: [rows, imageSize, imageSize, 3], dtype: 'float32' },
    { name: stepPorts.labels, shape: [rows], dtype: 'int32' },
    { name: stepPorts.learningRate, shape: [], dtype: 'float32' },
    ...shapes.map(([name, { shape }]) => stateInput(stepPorts.weights + name, shape)),
    ...parameters.map(([name, { shape }]) => stateInput(stepPorts.momentum + name, shape)),
  ];

  return trace(inputs, (tensors) => {
    const named = (prefix: string): Record<string, tf.Tensor> =>
      Object.fromEntries(
        Object.entries(tensors)
          .filter(([name]) => name.startsWith(prefix))
          .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
      );
    const state = { weights: named(stepPorts.weights), momentum: named(stepPorts.momentum) };
    const batch = {
      // The shapes are those of `inputs` above.
      pixels: tensors[stepPorts.pixels] as tf.Tensor4D,
      labels: tensors[stepPorts.labels] as tf.Tensor1D,
    };
    const learningRate = tensors[stepPorts.learningRate] as tf.Scalar;
    const next = trainingStep(spec, state, batch, learningRate);
    const sizes = statistics.map(([name]) => tf.sum(tf.abs(next.weights[name]!)));
    // Read-outs first: ONNX Runtime computes in the order of outputs, and the other way round holds
    // more activations at once.
    return {
      ...prefixed(stepPorts.readouts, next.readouts),
      [stepPorts.statisticsSize]: tf.addN(sizes),
      [stepPorts.gradientNorm]: next.gradientNorm,
      ...prefixed(stepPorts.nextWeights, next.weights),
      ...prefixed(stepPorts.nextMomentum, next.momentum),
    };
  });
}

function stateInput(name: string, shape: readonly number[]): TraceInput {
  return { name, shape, dtype: 'float32' };
}

function prefixed(
  prefix: string,
  tensors: Readonly<Record<string, tf.Tensor>>,
): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, x]) => [prefix + name, x]));
}
