import type { AlarmRule } from './alarm.ts';
import { movingMean } from './moving-mean.ts';
import { firstJudgedStep, judgedSteps } from './patience.ts';

/** Gain in nats from which losing half of it means anything. */
const worthLosing = 0.2;

/**
 * Divergence: the average loss has lost more than half of what it had gained since the beginning, or stands above its
 * beginning by a quarter.
 */
export const divergence: AlarmRule = {
  doc: `the loss, averaged over ${judgedSteps} steps, has risen by more than half of all that it had gained, or a quarter above where it began`,
  watch({ warmupSteps }) {
    const losses = movingMean(judgedSteps);
    const judged = firstJudgedStep(warmupSteps);
    let [beginning, best] = [Number.NaN, Number.POSITIVE_INFINITY];
    return ({ step, loss }) => {
      const mean = losses.next(loss!);
      if (Number.isNaN(mean)) return undefined;
      if (Number.isNaN(beginning)) beginning = mean;
      best = Math.min(best, mean);
      if (step! < judged) return undefined;
      const gained = beginning - best;
      const isLost = gained > worthLosing && mean - best > gained / 2;
      const isWorse = mean > beginning + Math.max(worthLosing, Math.abs(beginning) / 4);
      if (!isLost && !isWorse) return undefined;
      return {
        text:
          `divergence: the loss of the last ${judgedSteps} steps is ${mean.toPrecision(4)} on average, after ${best.toPrecision(4)} at best ` +
          `and ${beginning.toPrecision(4)} in the beginning. Try a smaller \`learningRate\`, \`warmupSteps\`, or \`clipNorm: 1\``,
        options: ['learningRate', 'warmupSteps', 'clipNorm'],
      };
    };
  },
};
