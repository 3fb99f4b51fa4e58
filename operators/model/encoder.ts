import type { BatchNormMode } from './batch-norm-mode.ts';
import { tf, type TensorsByName } from '../tensor/tf.ts';
import type { EncoderSpec } from './encoder-spec.ts';
import { type ConvolutionPlan, type LinearPlan, networkPlan } from './network-plan.ts';
import { frozenConvolutions, type FrozenPart } from './frozen-part.ts';
import { batchNormEpsilon, batchNormTrain } from '../tensor/batch-norm.ts';
import { namedTensor } from './named-tensor.ts';
import { relu } from '../tensor/relu.ts';
import { unitRows } from '../tensor/unit-rows.ts';

/** Share of the batch in the new running statistics, as in PyTorch. */
const statisticsMomentum = 0.1;

/** Encoder output for a batch of images. A type, not an interface, so that `tf.tidy` takes it. */
export type Encoded = {
  /** `[rows, embeddingSize]`: pooled features before the head, not normalised. */
  readonly embedding: tf.Tensor2D;
  /** `[rows, projectionSize]`: L2-normalised rows, or the logits of a `classifier`. */
  readonly projection: tf.Tensor2D;
};

/** The same in training, with the statistics that the batch leaves behind. */
export type EncodedInTraining = Encoded & {
  /** New `running_mean` and `running_var` of every BatchNorm that is not frozen, by name. Carry no gradient. */
  readonly statistics: Readonly<Record<string, tf.Tensor1D>>;
};

/**
 * Convolution, then BatchNorm, residual sum and ReLU. Training and inference differ in this only.
 */
type NormalisedConvolution = (
  conv: ConvolutionPlan,
  x: tf.Tensor4D,
  after: AfterNorm,
) => tf.Tensor4D;

/** What follows a BatchNorm: the residual sum, then a ReLU. */
interface AfterNorm {
  readonly residual?: tf.Tensor4D | undefined;
  readonly relu: boolean;
}

/**
 * Forward pass in inference: fixed weights, BatchNorm on its running statistics.
 *
 * @param weights Every tensor of `weightShapes(spec)`. Borrowed.
 * @param pixels `[rows, size, size, 3]` float32, normalised. Borrowed.
 * @returns Tensors owned by the caller.
 * @throws {TypeError} When a weight is missing.
 */
export function encode(spec: EncoderSpec, weights: TensorsByName, pixels: tf.Tensor4D): Encoded {
  return tf.tidy(() =>
    forward(spec, weights, pixels, (conv, x, after) => {
      const normalised = tf.batchNorm4d(
        convolve(conv, weights, x),
        vector(weights, `${conv.norm}.running_mean`),
        vector(weights, `${conv.norm}.running_var`),
        vector(weights, `${conv.norm}.bias`),
        vector(weights, `${conv.norm}.weight`),
        batchNormEpsilon,
      );
      return afterNorm(normalised, after);
    }),
  );
}

/**
 * Forward pass in training, differentiable in every parameter.
 *
 * With BatchNorm on the batch, running statistics move by `0.1` towards those of the batch; the variance that enters
 * them is the unbiased one (divided by count − 1), the one used in the step is not. Both as in PyTorch.
 *
 * @param weights Every tensor of `weightShapes(spec)`. Borrowed.
 * @param pixels `[rows, size, size, 3]` float32, normalised. Borrowed.
 * @param frozen Layers whose BatchNorm is on its running statistics in any case. @default none
 * @returns Tensors owned by the caller.
 * @throws {TypeError} When a weight is missing.
 * @throws {RangeError} When a BatchNorm would see a single value per channel.
 */
export function encodeInTraining(
  spec: EncoderSpec,
  weights: TensorsByName,
  pixels: tf.Tensor4D,
  batchNorm: BatchNormMode = 'batch',
  frozen?: FrozenPart,
): EncodedInTraining {
  return tf.tidy(() => {
    const statistics: Record<string, tf.Tensor1D> = {};
    const fixed = frozenConvolutions(spec, frozen);
    const encoded = forward(spec, weights, pixels, (conv, x, after) => {
      const convolved = convolve(conv, weights, x);
      if (batchNorm === 'frozen' || fixed.has(conv.weight)) {
        return onRunningStatistics(conv, weights, convolved, after);
      }
      const count = convolved.size / convolved.shape[3];
      if (count < 2) {
        throw new RangeError(
          `Expected more than 1 value per channel before \`${conv.norm}\`, got shape ` +
            `\`[${convolved.shape.join(', ')}]\`; train with more rows or larger images`,
        );
      }
      const { y, mean, variance } = batchNormTrain(
        convolved,
        vector(weights, `${conv.norm}.weight`),
        vector(weights, `${conv.norm}.bias`),
        after,
      );
      const moved = (name: string, towards: tf.Tensor1D, factor: number): void => {
        const old = vector(weights, `${conv.norm}.${name}`);
        statistics[`${conv.norm}.${name}`] = tf.add(
          tf.mul(old, 1 - statisticsMomentum),
          tf.mul(towards, statisticsMomentum * factor),
        );
      };
      moved('running_mean', mean, 1);
      moved('running_var', variance, count / (count - 1));
      return y;
    });
    return { ...encoded, statistics };
  });
}

/** BatchNorm as scale and offset of every channel, written out so that tfjs differentiates it with few passes. */
function onRunningStatistics(
  conv: ConvolutionPlan,
  weights: TensorsByName,
  x: tf.Tensor4D,
  after: AfterNorm,
): tf.Tensor4D {
  const variance = tf.add(vector(weights, `${conv.norm}.running_var`), batchNormEpsilon);
  const scale = tf.mul(vector(weights, `${conv.norm}.weight`), tf.rsqrt(variance)); // [channels]
  const mean = tf.mul(vector(weights, `${conv.norm}.running_mean`), scale); // [channels]
  const offset = tf.sub(vector(weights, `${conv.norm}.bias`), mean); // [channels]
  const normalised = tf.add<tf.Tensor4D>(tf.mul(x, scale), offset);
  return afterNorm(normalised, after);
}

function afterNorm(x: tf.Tensor4D, { residual, relu: withRelu }: AfterNorm): tf.Tensor4D {
  const sum = residual === undefined ? x : tf.add<tf.Tensor4D>(x, residual);
  return withRelu ? relu(sum) : sum;
}

function forward(
  spec: EncoderSpec,
  weights: TensorsByName,
  pixels: tf.Tensor4D,
  normalised: NormalisedConvolution,
): Encoded {
  const { stem, pooled, blocks, head } = networkPlan(spec);
  let x = normalised(stem, pixels, { relu: true }); // [rows, size, size, channels]
  if (pooled) x = tf.maxPool(x, 3, 2, 1);
  for (const { convolutions, shortcut } of blocks) {
    const residual = shortcut === null ? x : normalised(shortcut, x, { relu: false });
    for (const conv of convolutions) {
      const isLast = conv === convolutions.at(-1);
      x = normalised(conv, x, { residual: isLast ? residual : undefined, relu: true });
    }
  }
  const embedding = tf.mean<tf.Tensor2D>(x, [1, 2]); // [rows, embeddingSize]
  let projected = embedding;
  for (const [index, layer] of head.entries()) {
    const input = index === 0 ? projected : relu(projected);
    projected = linear(layer, weights, input); // [rows, outputs]
  }
  return { embedding, projection: spec.head === 'classifier' ? projected : unitRows(projected) };
}

/**
 * Padding is explicit: at stride 2 the `same` of tfjs pads on the far side only, PyTorch on both.
 */
function convolve(conv: ConvolutionPlan, weights: TensorsByName, x: tf.Tensor4D): tf.Tensor4D {
  const kernel = tf.transpose(filter(weights, conv.weight), [2, 3, 1, 0]);
  const side = (conv.size - 1) / 2;
  return tf.conv2d(x, kernel, conv.stride, [
    [0, 0],
    [side, side],
    [side, side],
    [0, 0],
  ]);
}

function linear(layer: LinearPlan, weights: TensorsByName, x: tf.Tensor2D): tf.Tensor2D {
  const weight = matrix(weights, `${layer.name}.weight`);
  const product = tf.matMul(x, weight, false, true); // [rows, outputs]
  return tf.add(product, vector(weights, `${layer.name}.bias`));
}

/** The shapes were checked when the state was loaded, so the rank is the one that the plan says. */
function filter(weights: TensorsByName, name: string): tf.Tensor4D {
  return namedTensor('weights', weights, name) as tf.Tensor4D;
}

function matrix(weights: TensorsByName, name: string): tf.Tensor2D {
  return namedTensor('weights', weights, name) as tf.Tensor2D;
}

function vector(weights: TensorsByName, name: string): tf.Tensor1D {
  return namedTensor('weights', weights, name) as tf.Tensor1D;
}
