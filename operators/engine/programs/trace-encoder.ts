import { encode } from '../../model/encoder.ts';
import { tf } from '../../tensor/tf.ts';
import type { Weights } from '../../types.ts';
import type { EncoderSpec } from '../../model/encoder-spec.ts';
import type { ImageLayout } from '../interface/engine.ts';
import { type LoweringTarget, standardTarget } from '../../onnx/graph/lowering-target.ts';
import type { OnnxModel } from '../../onnx/graph/onnx-model.ts';
import { traceModel } from '../../onnx/trace.ts';

/** Names of the ports of a traced encoder. */
export const encoderPorts = {
  images: 'images',
  embedding: 'embedding',
  projection: 'projection',
  /** Replaces `projection` where the head is a `classifier`. */
  logits: 'logits',
} as const;

/** Output port of the head. */
export function headPort({ head }: EncoderSpec): 'projection' | 'logits' {
  return head === 'classifier' ? encoderPorts.logits : encoderPorts.projection;
}

/** Rows of a trace that works for every number of them, so this one appears nowhere in it. */
const anyRows = 7;

/** Options of `traceEncoder`. */
export interface EncoderTraceOptions {
  readonly layout: ImageLayout;
  /** @default standardTarget */
  readonly target?: LoweringTarget | undefined;
  /** Images of every batch. @default any number of them */
  readonly rows?: number | undefined;
}

/**
 * `encode` as a model with the weights inside, BatchNorm folded into the convolutions.
 *
 * Input `images`: `[batch, 3, size, size]` float32, or `[batch, size, size, 3]` for `NHWC`, normalised.
 * Outputs `embedding` and `projection`, or `logits`: `[batch, …]` float32. Any batch size, unless `rows` says it.
 *
 * @throws {RangeError} When a weight has another shape than the network.
 */
export function traceEncoder(
  spec: EncoderSpec,
  weights: Weights,
  imageSize: number,
  { layout, target = standardTarget, rows }: EncoderTraceOptions,
): OnnxModel {
  const images = {
    name: encoderPorts.images,
    shape: [rows ?? anyRows, imageSize, imageSize, 3],
    dtype: 'float32',
    layout: { order: layout === 'NCHW' ? [0, 3, 1, 2] : [0, 1, 2, 3] },
  } as const;
  const compute = (tensors: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> => {
    const constants = Object.fromEntries(
      [...weights].map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]),
    );
    // The shape is that of `images` above.
    const pixels = tensors[encoderPorts.images] as tf.Tensor4D;
    const { embedding, projection } = encode(spec, constants, pixels);
    return { [encoderPorts.embedding]: embedding, [headPort(spec)]: projection };
  };
  const metadata = {
    architecture: spec.architecture,
    stem: spec.stem ?? 'cifar',
    width: String(spec.width ?? 1),
    head: spec.head,
    projection_size: String(spec.projectionSize),
    image_size: String(imageSize),
    image_layout: layout,
  };
  return traceModel([images], compute, {
    ...(rows === undefined ? { freeFirstAxis: 'batch' } : {}),
    target,
    metadata,
  });
}
