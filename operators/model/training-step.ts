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
    const names = parameterNames(spec.encoder);
    const parameters = names.map((name) => {
      const parameter = state.weights[name];
      if (parameter === undefined) throw new TypeError(`Expected \`weights\` to hold \`${name}\``);
      return parameter;
    });
    const measured = aside<MeasuredReadouts>();
    const moved = aside<TensorsByName>();
    const { grads } = tf.valueAndGrads((...inputs: tf.Tensor[]) => {
      const trained = Object.fromEntries(names.map((name, index) => [name, inputs[index]!]));
      const weights = { ...state.weights, ...trained };
      const { projection, statistics } = encodeInTraining(spec.encoder, weights, batch.pixels);
      const { loss, readouts } = measuredLoss(projection, batch.labels, spec.loss);
      measured.leave(readouts);
      moved.leave(statistics);
      return loss;
    })(parameters);

    const statistics = moved.take();
    const updated: Record<string, tf.Tensor> = {};
    const momentum: Record<string, tf.Tensor> = {};
    for (const [index, name] of names.entries()) {
      const parameter = parameters[index]!;
      const buffer = state.momentum[name];
      if (buffer === undefined) throw new TypeError(`Expected \`momentum\` to hold \`${name}\``);
      const decayed = tf.add(grads[index]!, tf.mul(parameter, spec.weightDecay));
      const next = tf.add(tf.mul(buffer, spec.momentum), decayed);
      momentum[name] = next;
      updated[name] = tf.sub(parameter, tf.mul(next, learningRate));
    }
    const weights = Object.fromEntries(
      [...weightShapes(spec.encoder).keys()].map((name) => [
        name,
        (updated[name] ?? statistics[name])!,
      ]),
    );
    const squares = grads.map((gradient) => tf.sum<tf.Scalar>(tf.square(gradient)));
    const gradientNorm = tf.sqrt(tf.addN(squares));
    return { weights, momentum, readouts: measured.take(), gradientNorm };
  });
}
