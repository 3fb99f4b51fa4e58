import type { tf } from '../../tensor/tf.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
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
  const { frame, attributes } = tensorflowWindows(geometry);
  const inputs = [tensorflowPadded(graph, x, frame, 0), tensorflowImage(graph, filter).name];
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
  const { frame, attributes } = tensorflowWindows(geometry);
  const { inShape } = geometry;
  const shape = frame === undefined ? inShape : framedShape(inShape, frame);
  const sizes = graph.constant(Int32Array.from(shape), [4]);
  const inputs = [sizes, tensorflowImage(graph, filter).name, tensorflowImage(graph, dy).name];
  const name = tensorflowNode(graph, 'Conv2DBackpropInput', inputs, attributes);
  return tensorflowCut(graph, name, frame, inShape);
}

/** Its gradient in the filter, `∂L/∂f`. */
export function tensorflowFilterGradient(
  graph: GraphBuilder,
  x: Traced,
  dy: Traced,
  geometry: Geometry,
): Traced | undefined {
  if (graph.target.kind !== 'tensorflow') return undefined;
  const { frame, attributes } = tensorflowWindows(geometry);
  const sizes = graph.constant(Int32Array.from(geometry.filterShape), [4]);
  const inputs = [tensorflowPadded(graph, x, frame, 0), sizes, tensorflowImage(graph, dy).name];
  const name = tensorflowNode(graph, 'Conv2DBackpropFilter', inputs, attributes);
  return recorded(name, geometry.filterShape, 'float32');
}

function framedShape(
  [batch, height, width, channels]: readonly number[],
  [rows, columns]: ImagePadding,
): readonly number[] {
  return [batch!, height! + rows[0] + rows[1], width! + columns[0] + columns[1], channels!];
}
