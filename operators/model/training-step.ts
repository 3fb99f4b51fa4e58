import { aside } from '../aside.ts';
import type { TrainerSpec } from '../engine/engine.ts';
import { type MeasuredReadouts, measuredLoss } from '../loss/measured-loss.ts';
import { tf, type TensorsByName } from '../tf.ts';
import { parameterNames, weightShapes } from './weight-shapes.ts';
import { encodeInTraining } from './encoder.ts';

/** What a step reads and replaces. */
export type TrainingState = {
  /** Parameters and running statistics: every tensor of `weightShapes(spec.encoder)`. */
  readonly weights: TensorsByName;
  /** One buffer for each parameter, under its name. */
  readonly momentum: TensorsByName;
};

/** What a step is taken on. */
export type TrainingBatch = {
  /** `[rows, size, size, 3]` float32, normalised. */
  readonly pixels: tf.Tensor4D;
  /** `[rows]` int32 class ids, -1 for rows that the loss leaves out (BatchNorm still sees them). */
  readonly labels: tf.Tensor1D;
};

/** The state after a step, in the order of `weightShapes`, and what was measured before the update. */
export type TrainingStepResult = TrainingState & {
  readonly readouts: MeasuredReadouts;
  /** Euclidean norm of the loss gradient over all parameters, before decay. Not finite when the step must be refused. */
  readonly gradientNorm: tf.Scalar;
};

/**
 * One training step: network, loss, gradient, update. Written once; engines decide how it runs.
 *
 * SGD as in PyTorch: `g ← ∂L/∂w + weightDecay · w`, `buffer ← momentum · buffer + g`,
 * `w ← w − learningRate · buffer`, for every parameter, BatchNorm and biases included.
 *
 * It reads no value and decides nothing by one, so a backend that records instead of computing can run
 * it. Whether a step is applied is for the engine to decide, from `readouts.loss` and `gradientNorm`.
 *
 * @param state Borrowed, as are `batch` and `learningRate`.
 * @returns Tensors owned by the caller.
 */
export function trainingStep(
  spec: TrainerSpec,
  state: TrainingState,
  batch: TrainingBatch,
  learningRate: tf.Scalar,
): TrainingStepResult {
  return tf.tidy(() => {
    const { gradients, statistics, readouts } = differentiated(spec, state.weights, batch);
    const updated: Record<string, tf.Tensor> = { ...statistics };
    const momentum: Record<string, tf.Tensor> = {};
    for (const [name, gradient] of Object.entries(gradients)) {
      const parameter = named('weights', state.weights, name);
      const buffer = named('momentum', state.momentum, name);
      const decayed = tf.add(gradient, tf.mul(parameter, spec.weightDecay));
      const next = tf.add(tf.mul(buffer, spec.momentum), decayed);
      momentum[name] = next;
      updated[name] = tf.sub(parameter, tf.mul(next, learningRate));
    }
    const weights = Object.fromEntries(
      [...weightShapes(spec.encoder).keys()].map((name) => [name, named('weights', updated, name)]),
    );
    const squares = Object.values(gradients).map((g) => tf.sum<tf.Scalar>(tf.square(g)));
    const gradientNorm = tf.sqrt(tf.addN(squares));
    return { weights, momentum, readouts, gradientNorm };
  });
}

/** The gradient of every parameter, and what the forward pass leaves behind. */
function differentiated(
  spec: TrainerSpec,
  weights: TensorsByName,
  batch: TrainingBatch,
): {
  readonly gradients: TensorsByName;
  readonly statistics: TensorsByName;
  readonly readouts: MeasuredReadouts;
} {
  const names = parameterNames(spec.encoder);
  const statisticsLeft = aside<TensorsByName>();
  const readoutsLeft = aside<MeasuredReadouts>();
  const lossOf = (...parameters: tf.Tensor[]): tf.Scalar => {
    const trained = Object.fromEntries(names.map((name, index) => [name, parameters[index]!]));
    const { projection, statistics } = encodeInTraining(
      spec.encoder,
      { ...weights, ...trained },
      batch.pixels,
    );
    const { loss, readouts } = measuredLoss(projection, batch.labels, spec.loss);
    statisticsLeft.leave(statistics);
    readoutsLeft.leave(readouts);
    return loss;
  };
  try {
    const { grads } = tf.valueAndGrads(lossOf)(
      names.map((name) => named('weights', weights, name)),
    );
    return {
      gradients: Object.fromEntries(names.map((name, index) => [name, grads[index]!])),
      statistics: statisticsLeft.take(),
      readouts: readoutsLeft.take(),
    };
  } finally {
    statisticsLeft.dispose();
    readoutsLeft.dispose();
  }
}

function named(what: string, tensors: TensorsByName, name: string): tf.Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) throw new TypeError(`Expected \`${what}\` to hold \`${name}\``);
  return tensor;
}
