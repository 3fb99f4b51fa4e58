import type { StepSpec } from '../engine/engine.ts';
import { tf, type TensorsByName } from '../tf.ts';
import { namedTensor } from './named-tensor.ts';
import type { ParameterGradients } from './parameter-gradients.ts';
import { headNames, parameterNames, weightShapes } from './weight-shapes.ts';

/** What a step reads and replaces. */
export type TrainingState = {
  /** Parameters and running statistics: every tensor of `weightShapes(spec.encoder)`. */
  readonly weights: TensorsByName;
  /** One buffer for each parameter, under its name. */
  readonly momentum: TensorsByName;
};

/** The state after an update, its weights in the order of `weightShapes`. */
export type UpdatedState = TrainingState & {
  /** Euclidean norm of the loss gradient over all trained parameters, before decay. Not finite when the step must be refused. */
  readonly gradientNorm: tf.Scalar;
};

/**
 * SGD as in PyTorch: `g ← ∂L/∂w + weightDecay · w`, `buffer ← momentum · buffer + g`,
 * `w ← w − learningRate · buffer`, for every parameter, BatchNorm and biases included. What is frozen stays as it is, bit for bit, its buffer too. In the head the learning
 * rate is `headRate` times as large.
 *
 * @param state Borrowed, as are the others.
 * @returns Tensors owned by the caller.
 * @throws {TypeError} When a tensor is missing.
 */
export function updatedState(
  spec: Pick<StepSpec, 'encoder' | 'momentum' | 'weightDecay' | 'headRate'>,
  state: TrainingState,
  { gradients, statistics }: ParameterGradients,
  learningRate: tf.Scalar,
): UpdatedState {
  return tf.tidy(() => {
    const parameters: Record<string, tf.Tensor> = {};
    const momentum: Record<string, tf.Tensor> = {};
    const head = headNames(spec.encoder);
    const ofHead = tf.mul(learningRate, spec.headRate ?? 1);
    for (const [name, gradient] of Object.entries(gradients)) {
      const parameter = namedTensor('weights', state.weights, name);
      const buffer = namedTensor('momentum', state.momentum, name);
      const decayed = tf.add(gradient, tf.mul(parameter, spec.weightDecay));
      const next = tf.add(tf.mul(buffer, spec.momentum), decayed);
      momentum[name] = next;
      parameters[name] = tf.sub(parameter, tf.mul(next, head.has(name) ? ofHead : learningRate));
    }
    const buffers = Object.fromEntries(
      parameterNames(spec.encoder).map((name) => [
        name,
        momentum[name] ?? namedTensor('momentum', state.momentum, name).clone(),
      ]),
    );
    const weights = Object.fromEntries(
      [...weightShapes(spec.encoder).keys()].map((name) => [
        name,
        // Frozen, running statistics stay as they are. Clones, because the result belongs to the caller.
        parameters[name] ??
          (statistics[name] ?? namedTensor('weights', state.weights, name)).clone(),
      ]),
    );
    const squares = Object.values(gradients).map((g) => tf.sum<tf.Scalar>(tf.square(g)));
    return { weights, momentum: buffers, gradientNorm: tf.sqrt(tf.addN(squares)) };
  });
}
