import type { Random } from '../random.ts';
import type { GaussianPair } from './gaussian-pair.ts';
import { drawIndices, type IndexModelSize } from './index-model.ts';
import { indexPosterior } from './index-posterior.ts';
import { type MeanEstimate, runningMean } from './running-mean.ts';

/** Reliability: a prediction against its observations. */
export interface Reliability {
  /** Mean predicted value. */
  readonly promised: MeanEstimate;
  /** Mean observed value. */
  readonly found: MeanEstimate;
  /** `found − promised`, draw by draw. */
  readonly difference: MeanEstimate;
}

/** Calibration of the probabilities of the index. */
export interface Calibration {
  /** Probability of the true index against `E ∑ p²`, which the posterior makes equal. */
  readonly mean: Reliability;
  /** Accuracy of the most probable index against the mean of the largest probability. */
  readonly accuracy: Reliability;
}

/** Options of a calibration. */
export interface CalibrationOptions extends IndexModelSize {
  readonly draws: number;
  /** Other targets: left out, as the posterior has it, or kept, as in SupCon's denominator. */
  readonly otherTargets: 'left out' | 'kept';
  /** Awaited every few milliseconds. */
  readonly pause: () => Promise<void>;
}

/** Draws between two pauses: some milliseconds. */
const drawsAtOnce = 1000;

/**
 * Monte-Carlo calibration: draws from the generative model, the predicted probabilities of the
 * index against what is observed.
 */
export async function calibration(
  pair: GaussianPair,
  options: CalibrationOptions,
  random: Random,
): Promise<Calibration> {
  const { draws, otherTargets, pause } = options;
  const mean = reliability();
  const accuracy = reliability();
  for (let draw = 0; draw < draws; draw += 1) {
    if (draw % drawsAtOnce === 0) await pause();
    const { samples, index, others } = drawIndices(pair, options, random);
    const logRatios = samples.map(pair.logRatio);
    const kept = indexPosterior(logRatios, otherTargets === 'kept' ? [] : others);
    // S is known not to be among the other targets, whatever share they are given.
    const shares = kept.map((share, at) => (others.includes(at) ? 0 : share));
    const squares = shares.reduce((sum, share) => sum + share * share, 0);
    const largest = Math.max(...shares);
    mean.add(squares, shares[index]!);
    accuracy.add(largest, shares[index] === largest ? 1 : 0);
  }
  return { mean, accuracy };
}

function reliability(): Reliability & { add(promised: number, found: number): void } {
  const [promised, found, difference] = [runningMean(), runningMean(), runningMean()];
  return {
    promised,
    found,
    difference,
    add(promise, came) {
      promised.add(promise);
      found.add(came);
      difference.add(came - promise);
    },
  };
}
