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

/** Max-pooling by TensorFlow; undefined for other targets. */
export function tensorflowPooling(
  graph: GraphBuilder,
  x: Traced,
  geometry: Geometry,
): Traced | undefined {
  if (graph.target.kind !== 'tensorflow') return undefined;
  const { picture, attributes } = pooled(graph, x, geometry);
  const name = tensorflowNode(graph, 'MaxPool', [picture], attributes);
  return recorded(name, geometry.outShape, 'float32');
}

/** Its gradient: `dy` goes to the first maximum of each window in row-major order. */
export function tensorflowPoolingGradient(
  graph: GraphBuilder,
  x: Traced,
  dy: Traced,
  geometry: Geometry,
): Traced | undefined {
  if (graph.target.kind !== 'tensorflow') return undefined;
  const { picture, frame, attributes } = pooled(graph, x, geometry);
  const y = tensorflowNode(graph, 'MaxPool', [picture], attributes);
  const inputs = [picture, y, tensorflowImage(graph, dy).name];
  const name = tensorflowNode(graph, 'MaxPoolGrad', inputs, attributes);
  return tensorflowCut(graph, name, frame, x.shape);
}

function pooled(
  graph: GraphBuilder,
  x: Traced,
  geometry: Geometry,
): {
  readonly picture: string;
  readonly frame: ImagePadding | undefined;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
} {
  const { frame, attributes } = tensorflowWindows(geometry);
  const ksize = { ints: [1, geometry.filterHeight, geometry.filterWidth, 1] };
  return {
    // Smaller than everything, so it is never the maximum.
    picture: tensorflowPadded(graph, x, frame, -Infinity),
    frame,
    attributes: { ...attributes, ksize },
  };
}
