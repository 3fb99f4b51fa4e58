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
 * parameter, a second one where it keeps such, and the average of all weights where one is kept.
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
 * rate of its layer (`layerRates`). What is frozen stays as it is, bit for bit, its buffers too.
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
    const parameters: Record<string, tf.Tensor> = {};
    const { buffers: kept, update } = optimizerOf(spec);
    const moved: Partial<Record<BufferName, Record<string, tf.Tensor>>> = {};
    const ratesOf = ratesByLayer(spec, rates);
    const gradientNorm = globalNorm(gradients);
    const followed =
      spec.clipNorm === undefined ? gradients : clipped(gradients, gradientNorm, spec.clipNorm);
    for (const [name, gradient] of Object.entries(followed)) {
      const own = Object.fromEntries(
        kept.map((buffer) => [buffer, namedTensor(buffer, state[buffer] ?? {}, name)]),
      );
      const parameter = namedTensor('weights', state.weights, name);
      const next = update(spec, parameter, gradient, own, ratesOf(name));
      parameters[name] = next.parameter;
      for (const buffer of kept) (moved[buffer] ??= {})[name] = next.buffers[buffer]!;
    }
    const buffers: Partial<Record<BufferName, TensorsByName>> = Object.fromEntries(
      kept.map((buffer) => [
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
    const { averageDecay } = spec;
    const average =
      averageDecay === undefined
        ? {}
        : {
            average: averagedWeights(
              state.average ?? {},
              weights,
              namedTensor('rates', rates, 'averageShare'),
            ),
          };
    // Every optimizer keeps a momentum.
    return { weights, ...buffers, momentum: buffers.momentum!, ...average, gradientNorm };
  });
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
