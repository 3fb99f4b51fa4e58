import { tf } from '../../tensor/tf.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { inFull, inOrder, type Recorded, recorded, type Traced } from '../graph/traced.ts';
import { transposed } from './movement.ts';
import { nchwcConvolution } from './nchwc-convolution.ts';
import { nchwcFilterGradient } from './nchwc-filter-gradient.ts';
import { nchwcInputGradient } from './nchwc-input-gradient.ts';
import { filterGradientByTaps } from './filter-gradient-by-taps.ts';
import { readableInputs } from './padded-channels.ts';
import {
  tensorflowConvolution,
  tensorflowFilterGradient,
  tensorflowInputGradient,
} from './tensorflow-convolution.ts';
import { operand, registerKernel } from './register-kernel.ts';

/** NCHW, the image layout of ONNX, as axes of the tfjs shape. */
const imageOrder = [0, 3, 1, 2];
/**
 * OIHW, the filter layout of ONNX, `[outputs, inputs, height, width]`, as axes of the tfjs shape.
 */
const filterOrder = [3, 2, 0, 1];
/** Inverse permutations: axes of the tfjs image or filter as axes of the ONNX one. */
const imageAxes = [0, 2, 3, 1];
const filterAxes = [2, 3, 1, 0];

type Shape4D = [number, number, number, number];
type Geometry = tf.backend_util.Conv2DInfo;

/** Attributes that the three convolution kernels of tfjs share. */
type ConvolutionAttrs = Pick<
  tf.Conv2DAttrs,
  'strides' | 'pad' | 'dataFormat' | 'dimRoundingMode'
> & {
  readonly dilations?: tf.Conv2DAttrs['dilations'];
};

/** Two-dimensional convolution and its two gradients. */
export function registerConvolutionKernels(): void {
  registerKernel('Conv2D', (graph, operands, attrs) => {
    const x = operand(operands, 'x');
    const filter = operand(operands, 'filter');
    const geometry = geometryOf(x.shape, filter.shape, attrs as unknown as ConvolutionAttrs);
    return (
      tensorflowConvolution(graph, x, filter, geometry) ??
      nchwcConvolution(graph, x, filter, geometry) ??
      convolved(graph, x, filter, geometry)
    );
  });
  registerKernel('Conv2DBackpropInput', (graph, operands, attrs) => {
    const dy = operand(operands, 'dy');
    const filter = operand(operands, 'filter');
    const { inputShape, ...others } = attrs as unknown as tf.Conv2DBackpropInputAttrs;
    const geometry = geometryOf(inputShape, filter.shape, others);
    return (
      tensorflowInputGradient(graph, dy, filter, geometry) ??
      nchwcInputGradient(graph, dy, filter, geometry) ??
      inputGradient(graph, dy, filter, geometry)
    );
  });
  registerKernel('Conv2DBackpropFilter', (graph, operands, attrs) => {
    const x = operand(operands, 'x');
    const dy = operand(operands, 'dy');
    const { filterShape, ...others } = attrs as unknown as tf.Conv2DBackpropFilterAttrs;
    const geometry = geometryOf(x.shape, filterShape, others);
    return (
      tensorflowFilterGradient(graph, x, dy, geometry) ??
      nchwcFilterGradient(graph, x, dy, geometry) ??
      filterGradient(graph, x, dy, geometry)
    );
  });
}

function geometryOf(
  image: readonly number[],
  filter: readonly number[],
  { strides, pad, dataFormat, dimRoundingMode, dilations = 1 }: ConvolutionAttrs,
): Geometry {
  if (dataFormat !== 'NHWC') {
    throw new RangeError(`Expected a traced convolution in \`NHWC\`, got \`${dataFormat}\``);
  }
  const geometry = tf.backend_util.computeConv2DInfo(
    // tfjs has checked the ranks before it calls a kernel.
    [...image] as Shape4D,
    [...filter] as Shape4D,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  if (geometry.dilationHeight !== 1 || geometry.dilationWidth !== 1) {
    throw new RangeError('Expected a traced convolution without dilation');
  }
  return geometry;
}

/** Convolution, `yₙₚₒ = ∑ᵢₖ x₍ₙ, ₚₛ₊ₖ₎ᵢ · fₖᵢₒ`. */
function convolved(graph: GraphBuilder, x: Traced, filter: Traced, geometry: Geometry): Traced {
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = geometry;
  const [picture, kernel] = [image(graph, x).name, weights(graph, filter).name];
  const inputs = readableInputs(graph, picture, kernel, geometry.inChannels);
  const name = graph.node('Conv', inputs, {
    // It follows from the filter, but OpenCV wants it to be said.
    kernel_shape: { ints: [filterHeight, filterWidth] },
    pads: { ints: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right] },
    strides: { ints: [strideHeight, strideWidth] },
  });
  return asImage(graph, name, geometry.outShape);
}

/**
 * Input gradient `∂L/∂x`, a transposed convolution. Without strides it is written as the plain one
 * that it then is: the filter, turned by 180° and with inputs and outputs exchanged, over `dy`.
 */
function inputGradient(
  graph: GraphBuilder,
  dy: Traced,
  filter: Traced,
  geometry: Geometry,
): Traced {
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = geometry;
  const { inHeight, inWidth, outHeight, outWidth, inShape } = geometry;
  const gradient = image(graph, dy).name;
  const kernel = weights(graph, filter).name;
  if (strideHeight === 1 && strideWidth === 1) {
    const top = filterHeight - 1 - padInfo.top;
    const left = filterWidth - 1 - padInfo.left;
    const bottom = inHeight - outHeight + filterHeight - 1 - top;
    const right = inWidth - outWidth + filterWidth - 1 - left;
    const exchanged = graph.node('Transpose', [turned(graph, kernel, filterHeight * filterWidth)], {
      perm: { ints: [1, 0, 2, 3] },
    });
    const pads = { ints: [top, left, bottom, right] };
    const inputs = readableInputs(graph, gradient, exchanged, geometry.outChannels);
    return asImage(graph, graph.node('Conv', inputs, { pads }), inShape);
  }
  // Rows and columns at the far end that no filter reached get their zeros from `output_padding`.
  const reachedHeight =
    (outHeight - 1) * strideHeight + filterHeight - padInfo.top - padInfo.bottom;
  const reachedWidth = (outWidth - 1) * strideWidth + filterWidth - padInfo.left - padInfo.right;
  const name = graph.node('ConvTranspose', [gradient, kernel], {
    pads: { ints: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right] },
    strides: { ints: [strideHeight, strideWidth] },
    output_padding: { ints: [inHeight - reachedHeight, inWidth - reachedWidth] },
  });
  return asImage(graph, name, inShape);
}

/** Spatially flipped filter, turned by 180°. */
function turned(graph: GraphBuilder, kernel: string, taps: number): string {
  if (taps === 1) return kernel;
  const [last, first, back] = [
    [-1, -1],
    [-2147483647, -2147483647],
    [-1, -1],
  ].map((values) => graph.integers(values));
  return graph.node('Slice', [kernel, last!, first!, graph.integers([2, 3]), back!]);
}

/**
 * Filter gradient `∂L/∂fₖᵢₒ = ∑ₙₚ x₍ₙ, ₚₛ₊ₖ₎ᵢ · dyₙₚₒ`, as one convolution in which images are the
 * channels: x is read as one picture of `[height, width · inputs]` with `batch` channels, and `dy`
 * as its filter, whose taps are a stride apart (`stride · inputs` along the merged axis). The
 * result is exactly `[outputs, filterHeight, filterWidth · inputs]`, no product is wasted, and
 * im2col stays implicit: the unfolded x is never written out.
 */
function filterGradient(graph: GraphBuilder, x: Traced, dy: Traced, geometry: Geometry): Traced {
  if (graph.target.kind === 'portable') return filterGradientByTaps(graph, x, dy, geometry);
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = geometry;
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = geometry;
  const gradient = inFull(graph, inOrder(graph, dy, [3, 0, 1, 2])).name;
  const pixels = inFull(graph, inOrder(graph, x, [0, 1, 2, 3])).name;
  // Where the last filters ended inside the picture, the rest of it is beyond what they saw.
  const bottom = filterHeight + (outHeight - 1) * strideHeight - inHeight - padInfo.top;
  const right = filterWidth + (outWidth - 1) * strideWidth - inWidth - padInfo.left;
  const seenHeight = inHeight + Math.min(bottom, 0);
  const seenWidth = inWidth + Math.min(right, 0);
  const shape = [filterHeight, filterWidth, inChannels, outChannels];

  if (filterHeight * filterWidth === 1 && padInfo.top + padInfo.left === 0) {
    const seen = sliced(graph, pixels, geometry, seenHeight, seenWidth, true);
    const places = batchSize * outHeight * outWidth;
    const left = graph.node('Reshape', [gradient, graph.integers([outChannels, places])]);
    const right = graph.node('Reshape', [seen, graph.integers([places, inChannels])]);
    const product = graph.node('MatMul', [left, right]); // [outputs, inputs]
    return transposed(
      graph,
      recorded(
        graph.node('Reshape', [product, graph.integers([outChannels, inChannels, 1, 1])]),
        [outChannels, inChannels, 1, 1],
        'float32',
      ),
      filterAxes,
    );
  }

  const seen = sliced(graph, pixels, geometry, seenHeight, seenWidth, false);
  const picture = [1, batchSize, seenHeight, seenWidth * inChannels];
  const name = graph.node(
    'Conv',
    [graph.node('Reshape', [seen, graph.integers(picture)]), gradient],
    {
      dilations: { ints: [strideHeight, strideWidth * inChannels] },
      pads: {
        ints: [
          padInfo.top,
          padInfo.left * inChannels,
          Math.max(bottom, 0),
          Math.max(right, 0) * inChannels,
        ],
      },
    },
  );
  const dims = [outChannels, filterHeight, filterWidth, inChannels];
  const result = graph.node('Reshape', [name, graph.integers(dims)]);
  const gathered: Recorded = {
    ...recorded(result, shape, 'float32'),
    order: [3, 0, 1, 2],
    dims,
  };
  // Small, and everything that meets it (the weights, their momentum) is stored the ONNX way.
  return inOrder(graph, gathered, filterOrder);
}

/** Strided slice: the first rows and columns of row-major images, or every stride-th of them. */
function sliced(
  graph: GraphBuilder,
  pixels: string,
  { inHeight, inWidth, strideHeight, strideWidth }: Geometry,
  height: number,
  width: number,
  strided: boolean,
): string {
  const steps = strided ? [strideHeight, strideWidth] : [1, 1];
  if (height === inHeight && width === inWidth && steps.every((step) => step === 1)) return pixels;
  const [starts, ends, axes, by] = [[0, 0], [height, width], [1, 2], steps].map((values) =>
    graph.integers(values),
  );
  return graph.node('Slice', [pixels, starts!, ends!, axes!, by!]);
}

/** Images of tfjs, stored in full as ONNX wants them. */
export function image(graph: GraphBuilder, x: Traced): Recorded {
  return inFull(graph, inOrder(graph, x, imageOrder));
}

function weights(graph: GraphBuilder, filter: Traced): Recorded {
  return inFull(graph, inOrder(graph, filter, filterOrder));
}

/** An ONNX image, seen as a tfjs one of this shape. */
export function asImage(graph: GraphBuilder, name: string, shape: readonly number[]): Traced {
  const stored = imageOrder.map((axis) => shape[axis]!);
  return transposed(graph, recorded(name, stored, 'float32'), imageAxes);
}
