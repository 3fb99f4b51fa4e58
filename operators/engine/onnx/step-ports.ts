import { frozenStatistics, trainedNames } from '../../model/frozen-part.ts';
import { weightShapes, parameterNames } from '../../model/weight-shapes.ts';
import { tf } from '../../tf.ts';
import type { EncoderSpec } from '../../types.ts';
import type { StepSpec } from '../engine.ts';
import type { TraceInput } from './trace.ts';

/** Names of the ports of traced steps; names of tensors follow those that end in a dot. */
export const stepPorts = {
  pixels: 'pixels',
  labels: 'labels',
  learningRate: 'learning_rate',
  weights: 'weights.',
  momentum: 'momentum.',
  nextWeights: 'next.weights.',
  nextMomentum: 'next.momentum.',
  sums: 'sums.',
  gradientNorm: 'gradient_norm',
  statisticsSize: 'statistics_size',
  projection: 'projection',
  projectionGradient: 'projection_gradient',
  gradients: 'gradients.',
  statistics: 'statistics.',
  nextGradients: 'next.gradients.',
  nextStatistics: 'next.statistics.',
} as const;

/** `[rows, size, size, 3]` pixels as an input. */
export function pixelsInput({ shape }: StepSpec, images: number): TraceInput {
  const { views, imageSize } = shape;
  const sizes = [images * views, imageSize, imageSize, 3];
  return { name: stepPorts.pixels, shape: sizes, dtype: 'float32' };
}

/** Every weight as an input. */
export function weightInputs({ encoder }: StepSpec): readonly TraceInput[] {
  return [...weightShapes(encoder)].map(([name, { shape }]) => ({
    name: stepPorts.weights + name,
    shape,
    dtype: 'float32',
  }));
}

/** The momentum of every parameter as an input. */
export function momentumInputs({ encoder }: StepSpec): readonly TraceInput[] {
  return inputsOf(stepPorts.momentum, encoder, parameterNames(encoder));
}

/** The gradient of every parameter that is trained as an input. */
export function parameterGradientInputs({ encoder, frozen }: StepSpec): readonly TraceInput[] {
  return inputsOf(stepPorts.gradients, encoder, trainedNames(encoder, frozen));
}

/** Something in the shape of each running statistic that moves as an input. */
export function statisticInputs(prefix: string, spec: StepSpec): readonly TraceInput[] {
  if (spec.batchNorm === 'frozen') return [];
  const fixed = frozenStatistics(spec.encoder, spec.frozen);
  const moving = [...weightShapes(spec.encoder)].flatMap(([name, { role }]) =>
    role === 'statistic' && !fixed.has(name) ? [name] : [],
  );
  return inputsOf(prefix, spec.encoder, moving);
}

function inputsOf(
  prefix: string,
  encoder: EncoderSpec,
  names: readonly string[],
): readonly TraceInput[] {
  const shapes = weightShapes(encoder);
  return names.map((name) => ({
    name: prefix + name,
    shape: shapes.get(name)!.shape,
    dtype: 'float32',
  }));
}

/** The tensors whose names begin with `prefix`, without it. */
export function unprefixed<T>(
  prefix: string,
  tensors: Readonly<Record<string, T>>,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );
}

/** The tensors with `prefix` before their names. */
export function prefixed<T>(
  prefix: string,
  tensors: Readonly<Record<string, T>>,
): Record<string, T> {
  return Object.fromEntries(Object.entries(tensors).map(([name, x]) => [prefix + name, x]));
}

/**
 * The sum over the absolute running statistics, which is not finite when an activation was not: ONNX Runtime's
 * ReLU may turn a NaN into 0, so loss and gradient alone need not show it.
 */
export function statisticsSize(
  { encoder }: StepSpec,
  weights: Readonly<Record<string, tf.Tensor>>,
): tf.Scalar {
  const sizes = [...weightShapes(encoder)]
    .filter(([, { role }]) => role === 'statistic')
    .map(([name]) => tf.sum<tf.Scalar>(tf.abs(weights[name]!)));
  return tf.addN(sizes);
}
