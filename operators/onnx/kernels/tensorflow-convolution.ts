import type { tf } from '../../tensor/tf.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { OnnxAttribute } from '../graph/onnx-model.ts';
import { recorded, type Traced } from '../graph/traced.ts';
import {
  tensorflowCut,
  tensorflowImage,
  tensorflowNode,
  tensorflowPadded,
} from './tensorflow-images.ts';
import type { ImagePadding } from '../../tensor/native-padding.ts';
import { tensorflowWindows } from './tensorflow-windows.ts';

type Geometry = tf.backend_util.Conv2DInfo;

/** Convolution by TensorFlow; undefined for other targets. */
export function tensorflowConvolution(
  graph: GraphBuilder,
  x: Traced,
  filter: Traced,
  geometry: Geometry,
): Traced | undefined {
  if (graph.target.kind !== 'tensorflow') return undefined;
  const { frame, attributes } = windows(geometry);
  const inputs = [framed(graph, x, frame), tensorflowImage(graph, filter).name];
  const name = tensorflowNode(graph, 'Conv2D', inputs, attributes);
  return recorded(name, geometry.outShape, 'float32');
}

/** Its gradient in the images, `∂L/∂x`. */
export function tensorflowInputGradient(
  graph: GraphBuilder,
  dy: Traced,
  filter: Traced,
  geometry: Geometry,
): Traced | undefined {
  if (graph.target.kind !== 'tensorflow') return undefined;
  const { frame, attributes } = windows(geometry);
  const { inShape } = geometry;
  const shape = frame === undefined ? inShape : framedShape(inShape, frame);
  const sizes = graph.constant(Int32Array.from(shape), [4]);
  const inputs = [sizes, tensorflowImage(graph, filter).name, tensorflowImage(graph, dy).name];
  const name = tensorflowNode(graph, 'Conv2DBackpropInput', inputs, attributes);
  return frame === undefined
    ? recorded(name, inShape, 'float32')
    : tensorflowCut(graph, name, frame, inShape);
}

/** Its gradient in the filter, `∂L/∂f`. */
export function tensorflowFilterGradient(
  graph: GraphBuilder,
  x: Traced,
  dy: Traced,
  geometry: Geometry,
): Traced | undefined {
  if (graph.target.kind !== 'tensorflow') return undefined;
  const { frame, attributes } = windows(geometry);
  const sizes = graph.constant(Int32Array.from(geometry.filterShape), [4]);
  const inputs = [framed(graph, x, frame), sizes, tensorflowImage(graph, dy).name];
  const name = tensorflowNode(graph, 'Conv2DBackpropFilter', inputs, attributes);
  return recorded(name, geometry.filterShape, 'float32');
}

function windows(geometry: Geometry): {
  readonly frame: ImagePadding | undefined;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
} {
  const { padding, frame } = tensorflowWindows(geometry);
  const strides = { ints: [1, geometry.strideHeight, geometry.strideWidth, 1] };
  return { frame, attributes: { padding: { text: padding }, strides } };
}

function framed(graph: GraphBuilder, x: Traced, frame: ImagePadding | undefined): string {
  const { name } = tensorflowImage(graph, x);
  return frame === undefined ? name : tensorflowPadded(graph, name, frame, 0);
}

function framedShape(
  [batch, height, width, channels]: readonly number[],
  [rows, columns]: ImagePadding,
): readonly number[] {
  return [batch!, height! + rows[0] + rows[1], width! + columns[0] + columns[1], channels!];
}
