import type { tf } from '../../tensor/tf.ts';
import { batchNormKernels } from '../../tensor/batch-norm.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import {
  asRecorded,
  inFull,
  type Recorded,
  recorded,
  sizeOf,
  type Traced,
} from '../graph/traced.ts';
import { nchwcAffine, blockFor } from './nchwc-images.ts';
import { nchwcNormalised, nchwcSums } from './nchwc-normalisation.ts';
import { image } from './convolution.ts';
import { added, multiplied, uniform } from './elementwise.ts';
import { tensorflowImage } from './tensorflow-images.ts';
import {
  tensorflowNormalisation,
  tensorflowNormalisationGradient,
} from './tensorflow-normalisation.ts';
import { normalisedBySums } from './normalisation-by-sums.ts';
import { reduced } from './reduction.ts';
import { operand, registerKernel } from './register-kernel.ts';

/** Every axis of a tfjs image but the channels. */
const places = [0, 1, 2];

/** BatchNorm in training with its gradient, and on fixed statistics. */
export function registerNormalisationKernels(): void {
  registerKernel(batchNormKernels.forward, (graph, operands, attrs) => {
    const fused = tensorflowNormalisation(graph, operands, attrs);
    if (fused !== undefined) return fused;
    const [y, mean, variance, inverse] = normalised(
      graph,
      operand(operands, 'x'),
      operand(operands, 'scale'),
      operand(operands, 'offset'),
      Number(attrs['epsilon']),
    ) as [Traced, Traced, Traced, Traced];
    return [y, mean, variance, mean, inverse];
  });
  registerKernel(
    batchNormKernels.gradient,
    (graph, operands, attrs) =>
      tensorflowNormalisationGradient(graph, operands, attrs) ??
      gradients(
        graph,
        operand(operands, 'x'),
        operand(operands, 'dy'),
        operand(operands, 'scale'),
        operand(operands, 'saved0'),
        operand(operands, 'saved1'),
      ),
  );
  registerKernel('FusedBatchNorm', (graph, operands, attrs) => {
    const x = operand(operands, 'x');
    const mean = operand(operands, 'mean');
    const { varianceEpsilon } = attrs as unknown as tf.FusedBatchNormAttrs;
    return onFixedStatistics(graph, x, {
      mean,
      variance: operand(operands, 'variance'),
      scale: operands['scale'] ?? uniform(1, mean.shape),
      offset: operands['offset'] ?? uniform(0, mean.shape),
      epsilon: varianceEpsilon,
    });
  });
}

/**
 * BatchNorm in training, `[y, mean, variance, 1 / sqrt(variance + epsilon)]`, on the statistics of
 * the batch.
 *
 * With a momentum of 0 the operator's "running" outputs are the batch's own. ONNX Runtime writes them
 * over the running inputs, so those are two values of their own: one constant for both would make the
 * mean a variance.
 */
function normalised(
  graph: GraphBuilder,
  x: Traced,
  scale: Traced,
  offset: Traced,
  epsilon: number,
): readonly Traced[] {
  const block = blockFor(graph, sizeOf(scale.shape));
  if (block !== undefined) return nchwcNormalised(graph, x, scale, offset, epsilon, block);
  if (graph.target.kind === 'portable') return normalisedBySums(graph, x, scale, offset, epsilon);
  const picture = image(graph, x);
  const [a, b] = [channels(graph, scale), channels(graph, offset)];
  // By different operators, because the same call on the same value would be one value again.
  const unusedMean = graph.node('Sub', [a, a]);
  const unusedVariance = graph.node('Mul', [b, graph.constant(Float32Array.of(0), [])]);
  const [y, mean, variance] = graph.nodes(
    'BatchNormalization',
    [picture.name, a, b, unusedMean, unusedVariance],
    { epsilon: { float: epsilon }, momentum: { float: 0 }, training_mode: { int: 1 } },
    3,
  );
  const raised = graph.node('Add', [variance!, graph.constant(Float32Array.of(epsilon), [])]);
  const inverse = graph.node('Reciprocal', [graph.node('Sqrt', [raised])]);
  return [
    { ...picture, name: y! },
    ...[mean!, variance!, inverse].map((name) => recorded(name, scale.shape, 'float32')),
  ];
}

/**
 * BatchNorm gradient, `[dx, dScale, dOffset]`. With `s = ∑ dy` and `q = ∑ dy · x` over all places,
 * m of them, and `a = scale · inverse`: `dScale = (q − mean · s) · inverse`, `dOffset = s`, and
 * `dx = a · dy + b · x + c` with `b = −a · inverse · dScale / m` and `c = −a · s / m − b · mean`:
 * two sums and one affine combination instead of a pass for each line of the textbook.
 */
function gradients(
  graph: GraphBuilder,
  x: Traced,
  dy: Traced,
  scale: Traced,
  mean: Traced,
  inverse: Traced,
): readonly Traced[] {
  const m = sizeOf(places.map((axis) => x.shape[axis]!));
  const times = (one: Traced, other: Traced): Traced => multiplied(graph, one, other);
  const scaled = (one: Traced, factor: number): Traced => times(one, uniform(factor));
  const minus = (one: Traced, other: Traced): Traced => added(graph, one, scaled(other, -1));

  const block = blockFor(graph, sizeOf(scale.shape));
  const sums = (): { readonly s: Traced; readonly q: Traced } => ({
    s: reduced(graph, 'Sum', dy, places, false), // [channels]
    q: reduced(graph, 'Sum', times(dy, x), places, false), // [channels]
  });
  const { s, q } = block === undefined ? sums() : nchwcSums(graph, x, dy, block);
  const dScale = times(minus(q, times(mean, s)), inverse); // [channels]
  const a = times(scale, inverse); // [channels]
  const b = scaled(times(times(a, inverse), dScale), -1 / m); // [channels]
  const c = minus(scaled(times(a, s), -1 / m), times(b, mean)); // [channels]
  const scaledDy =
    block === undefined ? times(dy, a) : nchwcAffine(graph, dy, a, uniform(0, a.shape), block);
  const dx = added(graph, scaledDy, affine(graph, x, b, c)); // [batch, height, width, channels]
  return [dx, dScale, s];
}

/** Per-channel affine map, `b · x + c`, as the one operator that does both in a pass. */
function affine(graph: GraphBuilder, x: Traced, b: Traced, c: Traced): Recorded {
  const block = blockFor(graph, sizeOf(b.shape));
  if (block !== undefined) return nchwcAffine(graph, x, b, c, block);
  const picture = image(graph, x);
  const count = sizeOf(b.shape);
  const zeros = graph.constant(new Float32Array(count), [count]);
  const ones = graph.constant(new Float32Array(count).fill(1), [count]);
  const inputs = [picture.name, channels(graph, b), channels(graph, c), zeros, ones];
  return { ...picture, name: graph.node('BatchNormalization', inputs, { epsilon: { float: 0 } }) };
}

/** TensorFlow's operator on given statistics. */
const fixed = { is_training: { int: 0 } } as const;

interface FixedStatistics {
  readonly mean: Traced;
  readonly variance: Traced;
  readonly scale: Traced;
  readonly offset: Traced;
  readonly epsilon: number;
}

/**
 * BatchNorm in inference mode: folded into the filter before it where everything is known, else an
 * operator of its own.
 */
function onFixedStatistics(
  graph: GraphBuilder,
  x: Traced,
  { mean, variance, scale, offset, epsilon }: FixedStatistics,
): Traced {
  const tensorflow = graph.target.kind === 'tensorflow';
  const picture = tensorflow ? tensorflowImage(graph, x) : image(graph, x);
  const folded = foldedIntoFilter(graph, picture, { mean, variance, scale, offset, epsilon });
  if (folded !== undefined) return { ...picture, name: folded };
  const vectors = [scale, offset, mean, variance].map((vector) => channels(graph, vector));
  const inputs = [picture.name, ...vectors];
  const attributes = { epsilon: { float: epsilon } };
  const name = tensorflow
    ? graph.nodes('FusedBatchNormV3', inputs, { ...attributes, ...fixed }, 6, 'tensorflow')[0]!
    : graph.node('BatchNormalization', inputs, attributes);
  return { ...picture, name };
}

function foldedIntoFilter(
  graph: GraphBuilder,
  picture: Recorded,
  { mean, variance, scale, offset, epsilon }: FixedStatistics,
): string | undefined {
  const producer = graph.producer(picture.name);
  const isConvolution = producer?.op === 'Conv' || producer?.op === 'Conv2D';
  if (!isConvolution || producer.inputs.length !== 2) return undefined;
  const filter = graph.constantOf(producer.inputs[1]!);
  const [means, variances, scales, offsets] = [mean, variance, scale, offset].map(knownNumbers);
  if (filter === undefined || !means || !variances || !scales || !offsets) return undefined;

  const { bytes, dims } = filter;
  // A copy, because the bytes of a constant may start anywhere in their buffer.
  const weights = new Float32Array(bytes.slice().buffer);
  // TensorFlow has the outputs last.
  const outputsLast = producer.domain === 'tensorflow';
  const bias = new Float32Array(dims.at(outputsLast ? -1 : 0)!);
  const perOutput = weights.length / bias.length;
  // In float64: a float32 array would round them.
  const factors = Array.from(
    bias,
    (_, output) => scales[output]! / Math.sqrt(variances[output]! + epsilon),
  );
  for (let at = 0; at < weights.length; at += 1) {
    const output = outputsLast ? at % bias.length : Math.floor(at / perOutput);
    weights[at] = weights[at]! * factors[output]!;
  }
  for (let output = 0; output < bias.length; output += 1) {
    bias[output] = offsets[output]! - means[output]! * factors[output]!;
  }
  const [kernel, added] = [graph.constant(weights, dims), graph.constant(bias, [bias.length])];
  if (!outputsLast)
    return graph.node('Conv', [producer.inputs[0]!, kernel, added], producer.attributes);
  const inputs = [producer.inputs[0]!, kernel];
  const convolved = graph.node('Conv2D', inputs, producer.attributes, 'tensorflow');
  return graph.node('BiasAdd', [convolved, added], {}, 'tensorflow');
}

function knownNumbers(traced: Traced): Float32Array | undefined {
  if (traced.kind === 'recorded') return undefined;
  if (traced.kind === 'known') return Float32Array.from(traced.values);
  return new Float32Array(sizeOf(traced.shape)).fill(traced.value);
}

function channels(graph: GraphBuilder, vector: Traced): string {
  return inFull(graph, asRecorded(graph, vector)).name;
}
