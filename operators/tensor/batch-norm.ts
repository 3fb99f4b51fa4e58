import { sideOutputs } from './side-outputs.ts';
import { hasKernel } from './has-kernel.ts';
import { reluGradient } from './relu-gradient.ts';
import { tf } from './tf.ts';

/** Added to the variance, as in PyTorch. */
export const batchNormEpsilon = 1e-5;

/**
 * Fused kernels that a backend may register to run the normalisation and its gradient in fewer
 * memory passes. Elsewhere they are the plain operations below, which say what the kernels compute.
 */
export const batchNormKernels = {
  /**
   * `{x, scale, offset}`, `{epsilon}` → `[y, mean, variance, ...saved]`, `saved` being what the gradient kernel of the
   * same backend wants, which nobody else reads.
   */
  forward: 'BatchNormTrain',
  /** `{x, dy, scale, saved0, saved1, …}`, `{epsilon}` → `[dx, dScale, dOffset]`. */
  gradient: 'BatchNormTrainGrad',
} as const;

/** Operations fused behind the normalisation. */
export interface BatchNormTrainOptions {
  /** Added after scale and offset; same shape as `x`. */
  readonly residual?: tf.Tensor4D | undefined;
  /** Apply a ReLU last. */
  readonly relu: boolean;
}

/** The normalised activations and what they were normalised with. */
export interface BatchNormTrainResult {
  /** Same shape as `x`. */
  readonly y: tf.Tensor4D;
  /** `[channels]`, over batch, height and width. Carries no gradient. */
  readonly mean: tf.Tensor1D;
  /** `[channels]`, biased (divided by the count). Carries no gradient. */
  readonly variance: tf.Tensor1D;
}

/**
 * Fused BatchNorm in training, residual sum and ReLU, as one function with one closed-form
 * gradient: `y = relu(scale · (x − mean) / sqrt(variance + 1e-5) + offset + residual)`.
 *
 * @param x `[batch, height, width, channels]` float32. Borrowed, as are the others.
 * @param scale `[channels]`.
 * @param offset `[channels]`.
 * @returns Tensors owned by the caller.
 * @see Ioffe and Szegedy, arXiv:1502.03167, for the gradient.
 */
export function batchNormTrain(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  { residual, relu }: BatchNormTrainOptions,
): BatchNormTrainResult {
  const statistics = sideOutputs<{ mean: tf.Tensor1D; variance: tf.Tensor1D }>();

  const normalised = tf.customGrad((...inputs) => {
    // tfjs hands over the arguments below, then the function that keeps tensors for the gradient.
    const save = inputs.pop() as tf.GradSaveFunc;
    const { affine, mean, variance, saved } = normalise(x, scale, offset);
    const sum = residual === undefined ? affine : tf.add(affine, residual);
    const y = relu ? tf.relu(sum) : sum;
    statistics.stash({ mean, variance });
    save(relu ? [x, scale, ...saved, y] : [x, scale, ...saved]);

    const gradFunc = (dy: tf.Tensor, kept: tf.Tensor[]): tf.Tensor[] => {
      const [x, scale, ...saved] = kept as [tf.Tensor, tf.Tensor, ...tf.Tensor[]];
      const g = relu ? reluGradient(dy, saved.pop()!) : dy; // [batch, height, width, channels]
      const [dx, dScale, dOffset] = gradient(x, g, scale, saved);
      return residual === undefined ? [dx, dScale, dOffset] : [dx, dScale, dOffset, g];
    };
    return { value: y, gradFunc };
  });

  const y =
    residual === undefined ? normalised(x, scale, offset) : normalised(x, scale, offset, residual);
  // The value has the shape of `x`.
  return { y: y as tf.Tensor4D, ...statistics.take() };
}

interface Normalised {
  /** Same shape as `x`. */
  readonly affine: tf.Tensor;
  /** `[channels]`, as the others. */
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
  /** What the gradient wants: the mean and `1 / sqrt(variance + 1e-5)`, or what the kernel hands on. */
  readonly saved: readonly tf.Tensor[];
}

function normalise(x: tf.Tensor4D, scale: tf.Tensor1D, offset: tf.Tensor1D): Normalised {
  const kernel = batchNormKernels.forward;
  if (hasKernel(kernel)) {
    const results: tf.Tensor[] = tf
      .engine()
      .runKernel(kernel, { x, scale, offset }, { epsilon: batchNormEpsilon });
    // The results that the kernel's name stands for.
    const [affine, mean, variance, ...saved] = results as [
      tf.Tensor,
      tf.Tensor1D,
      tf.Tensor1D,
      ...tf.Tensor[],
    ];
    return { affine, mean, variance, saved };
  }
  const mean = tf.mean<tf.Tensor1D>(x, [0, 1, 2]); // [channels]
  const centred = tf.sub(x, mean); // [batch, height, width, channels]
  const variance = tf.mean<tf.Tensor1D>(tf.square(centred), [0, 1, 2]); // [channels]
  const inverse = tf.rsqrt<tf.Tensor1D>(tf.add(variance, batchNormEpsilon)); // [channels]
  const affine = tf.add(tf.mul(centred, tf.mul(inverse, scale)), offset);
  return { affine, mean, variance, saved: [mean, inverse] };
}

/** `[dx, dScale, dOffset]` for the gradient `dy` of the normalised values. */
function gradient(
  x: tf.Tensor,
  dy: tf.Tensor,
  scale: tf.Tensor,
  saved: readonly tf.Tensor[],
): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const kernel = batchNormKernels.gradient;
  if (hasKernel(kernel)) {
    const handedOn = Object.fromEntries(saved.map((tensor, index) => [`saved${index}`, tensor]));
    const results: tf.Tensor[] = tf
      .engine()
      .runKernel(kernel, { x, dy, scale, ...handedOn }, { epsilon: batchNormEpsilon });
    // The three results that the kernel's name stands for.
    return results as [tf.Tensor, tf.Tensor, tf.Tensor];
  }
  // Those of `normalise` above.
  const [mean, inverse] = saved as [tf.Tensor, tf.Tensor];
  const count = x.size / scale.size;
  const xHat = tf.mul(tf.sub(x, mean), inverse); // [batch, height, width, channels]
  const dOffset = tf.sum(dy, [0, 1, 2]); // [channels]
  const dScale = tf.sum(tf.mul(dy, xHat), [0, 1, 2]); // [channels]
  const dMean = tf.div(dOffset, count); // [channels]
  const dVariance = tf.div(dScale, count); // [channels]
  const direct = tf.sub(tf.sub(dy, dMean), tf.mul(xHat, dVariance));
  const dx = tf.mul(direct, tf.mul(inverse, scale)); // [batch, height, width, channels]
  return [dx, dScale, dOffset];
}
