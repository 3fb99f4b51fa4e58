import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { ImagePadding } from '../../tensor/native-padding.ts';
import { unstored } from '../graph/stored-layout.ts';
import {
  inFull,
  inOrder,
  type Recorded,
  recorded,
  rowMajor,
  sameShape,
  sizeOf,
  type Traced,
} from '../graph/traced.ts';

/** A tensor in full, in row-major order, as every operator of TensorFlow takes it; constants are moved here and now. */
export function tensorflowImage(graph: GraphBuilder, x: Traced): Recorded {
  const constant = x.kind === 'recorded' ? graph.constantOf(x.name) : undefined;
  if (x.kind === 'recorded' && constant?.type === 'float32' && sizeOf(x.dims) === sizeOf(x.shape)) {
    const stored = new Float32Array(constant.bytes.slice().buffer);
    const values = unstored(stored, x.shape, { order: x.order });
    return recorded(graph.constant(values, x.shape), x.shape, 'float32');
  }
  return inFull(graph, inOrder(graph, x, rowMajor(x.shape.length)));
}

/** The result of an operator of TensorFlow. */
export function tensorflowNode(
  graph: GraphBuilder,
  op: string,
  inputs: readonly string[],
  attributes: Parameters<GraphBuilder['node']>[2] = {},
): string {
  return graph.node(op, inputs, attributes, 'tensorflow');
}

/** Images in full, with a frame of one value around each where there is to be one. */
export function tensorflowPadded(
  graph: GraphBuilder,
  images: Traced,
  frame: ImagePadding | undefined,
  value: number,
): string {
  const { name: x } = tensorflowImage(graph, images);
  if (frame === undefined) return x;
  const [rows, columns] = frame;
  const pads = [0, 0, ...rows, ...columns, 0, 0];
  const paddings = graph.constant(BigInt64Array.from(pads, BigInt), [4, 2]);
  return tensorflowNode(graph, 'PadV2', [x, paddings, graph.constant(Float32Array.of(value), [])]);
}

/** Images of this shape, without the frame that `tensorflowPadded` added. */
export function tensorflowCut(
  graph: GraphBuilder,
  x: string,
  frame: ImagePadding | undefined,
  shape: readonly number[],
): Recorded {
  if (frame === undefined) return recorded(x, shape, 'float32');
  const [rows, columns] = frame;
  const begin = graph.integers([0, rows[0], columns[0], 0]);
  return recorded(
    tensorflowNode(graph, 'Slice', [x, begin, graph.integers(shape)]),
    shape,
    'float32',
  );
}

/** Gradient of a ReLU from its result, in one operator; undefined for other targets. */
export function tensorflowReluGradient(
  graph: GraphBuilder,
  dy: Traced,
  y: Traced,
): Recorded | undefined {
  if (graph.target.kind !== 'tensorflow' || !sameShape(dy.shape, y.shape)) return undefined;
  const inputs = [dy, y].map((x) => tensorflowImage(graph, x).name);
  return recorded(tensorflowNode(graph, 'ReluGrad', inputs), dy.shape, 'float32');
}
