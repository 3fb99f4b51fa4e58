import { accumulatedGradients, appliedOr } from './accumulated-gradients.ts';
import type { StepSpec } from './step-spec.ts';
import { tf, type TensorsByName } from '../tensor/tf.ts';
import { namedTensor } from '../model/named-tensor.ts';
import { clipped, globalNorm } from './optimizer/clipped.ts';
import type { BufferName } from './optimizer/update-spec.ts';
import { optimizerOf } from './optimizer/optimizer-rules.ts';
import type { ParameterGradients } from './parameter-gradients.ts';
import type { PartsOf } from './state-parts.ts';
import { averagedWeights } from './weight-average.ts';
import { layerRates } from './layer-rates.ts';
import { parameterNames, weightShapes } from '../model/weight-shapes.ts';

/**
 * Training state: what a step reads and replaces. Parameters and running statistics, one buffer of the optimizer for each
 * parameter, a second one where it keeps such, the average of all weights where one is kept, and the gradients since the last
 * update where they are accumulated.
 */
export type TrainingState = PartsOf<TensorsByName>;

/** The state after an update, its weights in the order of `weightShapes`. */
export type UpdatedState = TrainingState & {
  /**
   * Euclidean norm of the loss gradient over all trained parameters, before clipping and decay. Not finite when the
   * step must be refused.
   */
  readonly gradientNorm: tf.Scalar;
};

/**
 * Optimizer step: every parameter after it, on gradients that are clipped first where `clipNorm` says so, at the learning
 * rate of its layer (`layerRates`). What is frozen stays as it is, bit for bit, its buffers too. Where gradients are
 * accumulated, so does everything but running statistics until the last batch of an update.
 *
 * @param state Borrowed, as are the others.
 * @param rates `stepRates`, as scalars.
 * @returns Tensors owned by the caller.
 * @throws {TypeError} When a tensor is missing.
 */
export function updatedState(
  spec: StepSpec,
  state: TrainingState,
  { gradients, statistics }: ParameterGradients,
  rates: TensorsByName,
): UpdatedState {
  return tf.tidy(() => {
    const gradientNorm = globalNorm(gradients);
    const { followed, left, applied } = followedGradients(spec, state, gradients, {
      gradientNorm,
      rates,
    });
    const { parameters, moved } = updatedParameters(spec, state, followed, rates, applied);
    const buffers = Object.fromEntries(
      optimizerOf(spec).buffers.map((buffer) => [
        buffer,
        Object.fromEntries(
          parameterNames(spec.encoder).map((name) => [
            name,
            moved[buffer]?.[name] ?? namedTensor(buffer, state[buffer] ?? {}, name).clone(),
          ]),
        ),
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
    // Every optimizer keeps a momentum.
    const ofOptimizer = { ...buffers, momentum: buffers['momentum']! };
    return {
      weights,
      ...ofOptimizer,
      ...averageOf(spec, state, weights, rates),
      ...left,
      gradientNorm,
    };
  });
}

/** Gradients that an update follows. */
interface FollowedGradients {
  readonly followed: TensorsByName;
  /** What stays for the next batches, where gradients are accumulated. */
  readonly left: Pick<TrainingState, 'accumulated'>;
  /** Scalar: 1 where the update is applied, else 0; undefined where it always is. */
  readonly applied: tf.Tensor | undefined;
}

/** The gradients of a batch, or their mean over several of them, clipped where `clipNorm` says so. */
function followedGradients(
  { accumulate = 1, clipNorm }: StepSpec,
  state: TrainingState,
  gradients: TensorsByName,
  { gradientNorm, rates }: { readonly gradientNorm: tf.Scalar; readonly rates: TensorsByName },
): FollowedGradients {
  if (accumulate === 1) {
    const followed =
      clipNorm === undefined ? gradients : clipped(gradients, gradientNorm, clipNorm);
    return { followed, left: {}, applied: undefined };
  }
  const applied = namedTensor('rates', rates, 'applied');
  const before = state.accumulated ?? {};
  const { mean, left } = accumulatedGradients(before, gradients, accumulate, applied);
  const followed = clipNorm === undefined ? mean : clipped(mean, globalNorm(mean), clipNorm);
  return { followed, left: { accumulated: left }, applied };
}

/** Parameters and their buffers after an update, those that are trained. */
interface UpdatedParameters {
  readonly parameters: Readonly<Record<string, tf.Tensor>>;
  readonly moved: Readonly<Partial<Record<BufferName, Record<string, tf.Tensor>>>>;
}

function updatedParameters(
  spec: StepSpec,
  state: TrainingState,
  gradients: TensorsByName,
  rates: TensorsByName,
  applied: tf.Tensor | undefined,
): UpdatedParameters {
  const { buffers: kept, update } = optimizerOf(spec);
  const parameters: Record<string, tf.Tensor> = {};
  const moved: Partial<Record<BufferName, Record<string, tf.Tensor>>> = {};
  const ratesOf = ratesByLayer(spec, rates);
  const taken = (before: tf.Tensor, after: tf.Tensor): tf.Tensor =>
    applied === undefined ? after : appliedOr(before, after, applied);
  for (const [name, gradient] of Object.entries(gradients)) {
    const own = Object.fromEntries(
      kept.map((buffer) => [buffer, namedTensor(buffer, state[buffer] ?? {}, name)]),
    );
    const parameter = namedTensor('weights', state.weights, name);
    const next = update(spec, parameter, gradient, own, ratesOf(name));
    parameters[name] = taken(parameter, next.parameter);
    for (const buffer of kept) {
      (moved[buffer] ??= {})[name] = taken(own[buffer]!, next.buffers[buffer]!);
    }
  }
  return { parameters, moved };
}

/** The average behind new weights, where one is kept. */
function averageOf(
  { averageDecay }: StepSpec,
  { average = {} }: TrainingState,
  weights: TensorsByName,
  rates: TensorsByName,
): Pick<TrainingState, 'average'> {
  if (averageDecay === undefined) return {};
  const share = namedTensor('rates', rates, 'averageShare');
  return { average: averagedWeights(average, weights, share) };
}

/** Rates that each parameter is updated at, by name: one tensor for all that share one. */
function ratesByLayer(spec: StepSpec, rates: TensorsByName): (name: string) => TensorsByName {
  const relative = layerRates(spec);
  const scaled = new Map<number, TensorsByName>([[1, rates]]);
  return (name) => {
    // Every parameter has one.
    const scale = relative.get(name)!;
    const known = scaled.get(scale);
    if (known !== undefined) return known;
    const learningRate = tf.mul(namedTensor('rates', rates, 'learningRate'), scale);
    const own = { ...rates, learningRate };
    scaled.set(scale, own);
    return own;
  };
}
