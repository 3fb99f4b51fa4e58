import { optimizerOf } from './optimizer/optimizer-rules.ts';
import type { OptimizerSpec } from './optimizer/optimizers.ts';
import type { StepSpec } from './step-spec.ts';

/** Configuration that decides which scalars a step takes. */
export type RatesSpec = OptimizerSpec & Pick<StepSpec, 'averageDecay' | 'accumulate'>;

/**
 * The scalars that the update of a step takes: what depends on the step and is therefore no part of what is
 * compiled. In float64; engines hand them on as float32.
 *
 * @param step Steps taken before, each on one batch; where gradients are accumulated, not each makes an update.
 */
export function stepRates(
  spec: RatesSpec,
  step: number,
  learningRate: number,
): Readonly<Record<string, number>> {
  const { averageDecay, accumulate = 1 } = spec;
  const updates = Math.floor(step / accumulate);
  const applied = (step + 1) % accumulate === 0 ? 1 : 0;
  return {
    learningRate,
    ...optimizerOf(spec).rates(spec, updates),
    ...(averageDecay === undefined
      ? {}
      : { averageShare: applied * (1 - decayAt(averageDecay, updates + 1)) }),
    ...(accumulate === 1 ? {} : { applied }),
  };
}

/**
 * Decay of the moving average at its update number `t`, from 1: `min(decay, (1 + t) / (10 + t))`. Early on it is short, so
 * that the random weights of the start are soon forgotten.
 *
 * @see TensorFlow, `tf.train.ExponentialMovingAverage` with `num_updates`.
 */
function decayAt(decay: number, t: number): number {
  return Math.min(decay, (1 + t) / (10 + t));
}
