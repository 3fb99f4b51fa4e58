import type { tf } from '../../tensor/tf.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { inFull, inOrder, reshapedValue, type Traced } from '../graph/traced.ts';
import {
  asNchwcImage,
  nchwcFilterOrder,
  nchwcImage,
  blockFor,
  narrowFilterOrder,
} from './nchwc-images.ts';
import { spatialConvolution } from './spatial-convolution.ts';

type Geometry = tf.backend_util.Conv2DInfo;

/** Convolution in NCHWc layout; undefined where its outputs do not fill blocks. */
export function nchwcConvolution(
  graph: GraphBuilder,
  x: Traced,
  filter: Traced,
  geometry: Geometry,
): Traced | undefined {
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = geometry;
  const { batchSize, inHeight, inWidth, inChannels } = geometry;
  const { outHeight, outWidth, outChannels, outShape } = geometry;
  const block = blockFor(graph, outChannels);
  if (block === undefined) return undefined;
  const isNarrow = inChannels < block;
  if (!isNarrow && blockFor(graph, inChannels) === undefined) return undefined;
  const picture = isNarrow
    ? inFull(graph, inOrder(graph, x, [0, 3, 1, 2])).name
    : nchwcImage(graph, x, block);
  const order = isNarrow ? narrowFilterOrder : nchwcFilterOrder;
  const weights = inFull(graph, inOrder(graph, filter, order, block));
  const kernel = reshapedValue(graph, weights, [
    outChannels,
    inChannels,
    filterHeight,
    filterWidth,
  ]);
  const name = spatialConvolution(graph, {
    picture,
    dims: [batchSize, inChannels, inHeight, inWidth],
    kernel,
    kernelSize: [filterHeight, filterWidth],
    strides: [strideHeight, strideWidth],
    pads: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right],
    result: [batchSize, outChannels, outHeight, outWidth],
    block,
  });
  return asNchwcImage(graph, name, outShape, block);
}
