import { frozenStatistics, trainedNames } from '../../model/frozen-part.ts';
import { weightShapes } from '../../model/weight-shapes.ts';
import { namesOfPart, type StatePart, stateParts } from '../../step/state-parts.ts';
import { stepRates } from '../../step/step-rates.ts';
import type { TrainingState, UpdatedState } from '../../step/updated-state.ts';
import { tf, type TensorsByName } from '../../tensor/tf.ts';
import type { EncoderSpec } from '../../model/encoder-spec.ts';
import type { StepRows } from '../../step/sample-readouts.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import type { LoweringTarget } from '../../onnx/graph/lowering-target.ts';
import {
  parameterLayout,
  rowMajorLayout,
  type StoredLayout,
} from '../../onnx/graph/stored-layout.ts';
import type { TraceInput } from '../../onnx/trace.ts';

/** Names of the ports of traced steps; names of tensors follow those that end in a dot. */
export const stepPorts = {
  pixels: 'pixels',
  labels: 'labels',
  rates: 'rates.',
  weights: 'weights.',
  momentum: 'momentum.',
  variance: 'variance.',
  average: 'average.',
  accumulated: 'accumulated.',
  sums: 'sums.',
  gradientNorm: 'gradient_norm',
  statisticsSize: 'statistics_size',
  projection: 'projection',
  projectionGradient: 'projection_gradient',
  rowLoss: 'row_loss',
  gradients: 'gradients.',
  statistics: 'statistics.',
  nextGradients: 'next.gradients.',
  nextStatistics: 'next.statistics.',
} as const;

/** Prefixes of the next state, each with that of the state which it becomes. */
export const nextStatePorts: readonly (readonly [next: string, now: string])[] = stateParts.map(
  (part) => [nextPort(part), stepPorts[part]],
);

/** Prefix of a part of the next state. */
function nextPort(part: StatePart): string {
  return `next.${stepPorts[part]}`;
}

/** Ports of the state, part by part. */
export function statePortNames(spec: StepSpec): readonly string[] {
  return stateParts.flatMap((part) =>
    namesOfPart(spec, part).map((name) => stepPorts[part] + name),
  );
}

/** `[rows, size, size, 3]` pixels as an input. */
export function pixelsInput({ shape }: StepSpec, images: number): TraceInput {
  const { views, imageSize } = shape;
  const sizes = [images * views, imageSize, imageSize, 3];
  return { name: stepPorts.pixels, shape: sizes, dtype: 'float32' };
}

/** Every weight as an input. */
export function weightInputs({ encoder }: StepSpec, target: LoweringTarget): readonly TraceInput[] {
  return inputsOf(stepPorts.weights, encoder, [...weightShapes(encoder).keys()], target);
}

/** The gradient of every parameter that is trained as an input. */
export function parameterGradientInputs(
  { encoder, frozen }: StepSpec,
  target: LoweringTarget,
): readonly TraceInput[] {
  return inputsOf(stepPorts.gradients, encoder, trainedNames(encoder, frozen), target);
}

/** The `stepRates`, and every part of the state but the weights, as inputs. */
export function updateInputs(spec: StepSpec, target: LoweringTarget): readonly TraceInput[] {
  const rates = Object.keys(stepRates(spec, 0, 0)).map((name): TraceInput => ({
    name: stepPorts.rates + name,
    shape: [],
    dtype: 'float32',
  }));
  const parts = stateParts.filter((part) => part !== 'weights');
  return [
    ...rates,
    ...parts.flatMap((part) =>
      inputsOf(stepPorts[part], spec.encoder, namesOfPart(spec, part), target),
    ),
  ];
}

/** The state of a step among the inputs of a traced one. */
export function tracedState(tensors: TensorsByName): TrainingState {
  const parts = stateParts.map((part) => [part, unprefixed(stepPorts[part], tensors)]);
  return Object.fromEntries(parts);
}

/** The state after a step as outputs, after what is measured on the way. */
export function nextState(
  spec: StepSpec,
  { gradientNorm, ...state }: UpdatedState,
): Record<string, tf.Tensor> {
  return {
    [stepPorts.statisticsSize]: statisticsSize(spec, state.weights),
    [stepPorts.gradientNorm]: gradientNorm,
    ...Object.assign({}, ...stateParts.map((part) => prefixed(nextPort(part), state[part] ?? {}))),
  };
}

/** What each row gave in a step in one pass, where its spec asks for samples. */
export function rowsOf(
  { samples }: StepSpec,
  valuesOf: (port: string) => Float32Array,
): StepRows | undefined {
  if (samples !== true) return undefined;
  return { projection: valuesOf(stepPorts.projection), loss: valuesOf(stepPorts.rowLoss) };
}

/** An input in the shape of each running statistic that is not frozen. */
export function statisticInputs(
  prefix: string,
  spec: StepSpec,
  target: LoweringTarget,
): readonly TraceInput[] {
  if (spec.batchNorm === 'frozen') return [];
  const fixed = frozenStatistics(spec.encoder, spec.frozen);
  const moving = [...weightShapes(spec.encoder)].flatMap(([name, { role }]) =>
    role === 'statistic' && !fixed.has(name) ? [name] : [],
  );
  return inputsOf(prefix, spec.encoder, moving, target);
}

function inputsOf(
  prefix: string,
  encoder: EncoderSpec,
  names: readonly string[],
  target: LoweringTarget,
): readonly TraceInput[] {
  const shapes = weightShapes(encoder);
  return names.map((name) => {
    const { shape } = shapes.get(name)!;
    const layout = parameterLayout(target, shape);
    return { name: prefix + name, shape, dtype: 'float32', layout };
  });
}

/** Output layouts of a step: each as the input of the next step has it. */
export function stepOutputLayout(
  target: LoweringTarget,
): (name: string, shape: readonly number[]) => StoredLayout {
  const parameters = [...stateParts.map(nextPort), stepPorts.nextGradients];
  return (name, shape) =>
    parameters.some((prefix) => name.startsWith(prefix))
      ? parameterLayout(target, shape)
      : rowMajorLayout(shape);
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
 * L1 norm of the running statistics, which is not finite when an activation was not: ONNX Runtime's
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
