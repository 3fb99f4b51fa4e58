import type { Random } from '../random.ts';
import type { GaussianPair } from './gaussian-pair.ts';
import { type MeanEstimate, runningMean } from './running-mean.ts';

/** Options of the estimate. */
export interface DrawnLossOptions {
  /** |N|, 1 or more. */
  readonly negatives: number;
  readonly draws: number;
  /** The score of a sample; the ideal one is `log r(x)`. @default pair.logRatio */
  readonly score?: ((x: ArrayLike<number>) => number) | undefined;
  /** Awaited every few milliseconds. */
  readonly pause: () => Promise<void>;
}

/** Samples between two pauses: some ten milliseconds. */
const samplesAtOnce = 100_000;

/**
 * Monte-Carlo estimate of the SINCERE loss of a score: the mean of
 * `log(1 + ∑ₙ exp(score(xₙ) − score(x_S)))` over targets `x_S` and |N| noise samples each. With the
 * ideal score it estimates L*, which no other score is below.
 *
 * @returns Nats.
 */
export async function drawnLoss(
  pair: GaussianPair,
  options: DrawnLossOptions,
  random: Random,
): Promise<MeanEstimate> {
  const { negatives, draws, score = pair.logRatio, pause } = options;
  const pauseEvery = Math.max(1, Math.floor(samplesAtOnce / negatives));
  const loss = runningMean();
  const x = new Float64Array(pair.dim);
  for (let draw = 0; draw < draws; draw += 1) {
    if (draw % pauseEvery === 0) await pause();
    const target = score(pair.draw('target', random, x));
    let sum = 0;
    for (let drawn = 0; drawn < negatives; drawn += 1) {
      sum += Math.exp(score(pair.draw('noise', random, x)) - target);
    }
    loss.add(Math.log1p(sum));
  }
  return loss;
}
