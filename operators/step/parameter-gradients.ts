import { sideOutputs } from '../tensor/side-outputs.ts';
import type { StepSpec } from './step-spec.ts';
import { tf, type TensorsByName } from '../tensor/tf.ts';
import { encodeInTraining } from '../model/encoder.ts';
import { namedTensor } from '../model/named-tensor.ts';
import { trainedNames } from '../model/frozen-part.ts';

/** The gradient of every parameter that is not frozen, and what the forward pass leaves behind. */
export type ParameterGradients = {
  /** By the name of the parameter, in the order of `trainedNames`. */
  readonly gradients: TensorsByName;
  /** New running statistics by name; none where BatchNorm or its layer is frozen. */
  readonly statistics: TensorsByName;
};

/**
 * Backward pass: differentiates a function of the projections, or logits, in every parameter that is not frozen. tfjs
 * follows no path back that leads to none of them.
 *
 * @param weights Every tensor of `weightShapes(spec.encoder)`. Borrowed.
 * @param pixels `[rows, size, size, 3]` float32, normalised. Borrowed.
 * @param lossOf From `[rows, projectionSize]` to a scalar. Called once.
 * @returns Tensors owned by the caller.
 */
export function parameterGradients(
  { encoder, batchNorm, frozen }: StepSpec,
  weights: TensorsByName,
  pixels: tf.Tensor4D,
  lossOf: (projection: tf.Tensor2D) => tf.Scalar,
): ParameterGradients {
  const names = trainedNames(encoder, frozen);
  const statisticsLeft = sideOutputs<Record<string, tf.Tensor1D>>();
  const ofParameters = (...parameters: tf.Tensor[]): tf.Scalar => {
    const trained = Object.fromEntries(names.map((name, index) => [name, parameters[index]!]));
    const { projection, statistics } = encodeInTraining(
      encoder,
      { ...weights, ...trained },
      pixels,
      batchNorm,
      frozen,
    );
    statisticsLeft.stash(statistics);
    return lossOf(projection);
  };
  try {
    const { value, grads } = tf.valueAndGrads(ofParameters)(
      names.map((name) => namedTensor('weights', weights, name)),
    );
    value.dispose();
    return {
      gradients: Object.fromEntries(names.map((name, index) => [name, grads[index]!])),
      statistics: statisticsLeft.take(),
    };
  } finally {
    statisticsLeft.dispose();
  }
}
