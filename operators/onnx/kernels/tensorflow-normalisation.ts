import type { tf } from '../../tensor/tf.ts';
import { biasedShare } from '../../tensor/native-variance.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { recorded, sizeOf, type Traced } from '../graph/traced.ts';
import { multiplied, uniform } from './elementwise.ts';
import { operand, type Operands } from './register-kernel.ts';
import { tensorflowImage } from './tensorflow-images.ts';

/**
 * BatchNorm in training by TensorFlow's fused operator, `[y, mean, variance, ...reserved]`; undefined for other targets.
 *
 * What it reserves for its gradient is different on each device, so nothing else may be computed from that.
 */
export function tensorflowNormalisation(
  graph: GraphBuilder,
  operands: Operands,
  attrs: tf.NamedAttrMap,
): readonly Traced[] | undefined {
  if (graph.target.kind !== 'tensorflow') return undefined;
  const x = operand(operands, 'x');
  const { shape } = operand(operands, 'scale');
  const [picture, scale, offset] = ['x', 'scale', 'offset'].map(
    (name) => tensorflowImage(graph, operand(operands, name)).name,
  );
  const none = graph.constant(new Float32Array(0), [0]);
  const [y, mean, unbiased, ...reserved] = graph.nodes(
    'FusedBatchNormV3',
    [picture!, scale!, offset!, none, none],
    { epsilon: { float: Number(attrs['epsilon']) }, is_training: { int: 1 } },
    6,
    'tensorflow',
  );
  const count = sizeOf(x.shape) / sizeOf(shape);
  const variance = recorded(unbiased!, shape, 'float32');
  return [
    recorded(y!, x.shape, 'float32'),
    recorded(mean!, shape, 'float32'),
    multiplied(graph, variance, uniform(biasedShare(count))),
    ...reserved.map((name) => recorded(name, shape, 'float32')),
  ];
}

/** Its gradient, `[dx, dScale, dOffset]`. */
export function tensorflowNormalisationGradient(
  graph: GraphBuilder,
  operands: Operands,
  attrs: tf.NamedAttrMap,
): readonly Traced[] | undefined {
  if (graph.target.kind !== 'tensorflow') return undefined;
  const inputs = ['dy', 'x', 'scale', 'saved0', 'saved1', 'saved2'].map(
    (name) => tensorflowImage(graph, operand(operands, name)).name,
  );
  const results = graph.nodes(
    'FusedBatchNormGradV3',
    inputs,
    { epsilon: { float: Number(attrs['epsilon']) }, is_training: { int: 1 } },
    5,
    'tensorflow',
  );
  const { shape } = operand(operands, 'scale');
  const shapes = [operand(operands, 'x').shape, shape, shape];
  return shapes.map((shape, at) => recorded(results[at]!, shape, 'float32'));
}
