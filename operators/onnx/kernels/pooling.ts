import { tf } from '../../tensor/tf.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { OnnxAttribute } from '../graph/onnx-model.ts';
import { sizeOf, type Traced } from '../graph/traced.ts';
import { asImage, image } from './convolution.ts';
import { maxPoolingGradientByTaps } from './max-pooling-by-taps.ts';
import { tensorflowPooling, tensorflowPoolingGradient } from './tensorflow-pooling.ts';
import { operand, registerKernel } from './register-kernel.ts';

type Geometry = tf.backend_util.Conv2DInfo;

/**
 * Max-pooling and its gradient.
 *
 * Where several elements of a window share its maximum, the first in row-major order gets the whole gradient, as in
 * PyTorch and in the `cpu` backend of tfjs.
 */
export function registerPoolingKernels(): void {
  registerKernel('MaxPool', (graph, operands, attrs) => {
    const x = operand(operands, 'x');
    const geometry = geometryOf(x.shape, attrs as unknown as tf.MaxPoolAttrs);
    const pooled = tensorflowPooling(graph, x, geometry);
    if (pooled !== undefined) return pooled;
    const name = graph.node('MaxPool', [image(graph, x).name], windows(geometry));
    return asImage(graph, name, geometry.outShape);
  });
  registerKernel('MaxPoolGrad', (graph, operands, attrs) => {
    const x = operand(operands, 'input');
    const dy = operand(operands, 'dy');
    const geometry = geometryOf(x.shape, attrs as unknown as tf.MaxPoolAttrs);
    return (
      tensorflowPoolingGradient(graph, x, dy, geometry) ?? inputGradient(graph, x, dy, geometry)
    );
  });
}

/**
 * Gradient of max-pooling, `∂L/∂x`, as a scatter-add: every `dy` is added to the argmax of its
 * window. The second output of the pooling is that place, counted over all images; it is asked for
 * here only, because without it the pooling is faster.
 */
function inputGradient(graph: GraphBuilder, x: Traced, dy: Traced, geometry: Geometry): Traced {
  const picture = image(graph, x);
  if (graph.target.kind === 'portable') {
    const y = graph.node('MaxPool', [picture.name], windows(geometry));
    const name = maxPoolingGradientByTaps(graph, picture.name, y, image(graph, dy).name, geometry);
    return asImage(graph, name, x.shape);
  }
  const [, places] = graph.nodes('MaxPool', [picture.name], windows(geometry), 2);
  const flat = graph.integers([-1]);
  const zeros = graph.node('Expand', [
    graph.constant(Float32Array.of(0), [1]),
    graph.integers([sizeOf(x.shape)]),
  ]);
  const sums = graph.node(
    'ScatterElements',
    [
      zeros,
      graph.node('Reshape', [places!, flat]),
      graph.node('Reshape', [image(graph, dy).name, flat]),
    ],
    { axis: { int: 0 }, reduction: { text: 'add' } },
  );
  const name = graph.node('Reshape', [sums, graph.integers(picture.dims)]);
  return asImage(graph, name, x.shape);
}

function geometryOf(
  shape: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: tf.MaxPoolAttrs,
): Geometry {
  return tf.backend_util.computePool2DInfo(
    // tfjs has checked the rank before it calls a kernel.
    [...shape] as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
}

/** Attributes of the ONNX operator. Padding counts as smaller than everything. */
function windows({
  filterHeight,
  filterWidth,
  strideHeight,
  strideWidth,
  padInfo,
}: Geometry): Readonly<Record<string, OnnxAttribute>> {
  return {
    kernel_shape: { ints: [filterHeight, filterWidth] },
    strides: { ints: [strideHeight, strideWidth] },
    pads: { ints: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right] },
  };
}
