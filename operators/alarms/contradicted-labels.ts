import type { AlarmRule } from './alarm.ts';
import { movingMean } from './moving-mean.ts';
import { firstJudgedStep, judgedSteps } from './patience.ts';

/** Epochs before which a network may not have found what images of a class have in common. */
const patience = 3;

/** Squared distance of positives over that of all pairs, from which labels say nothing about images. */
const alike = 0.95;

/**
 * Labels that the loss contradicts: images of one class are no nearer to each other than to all others, though the
 * network was trained to that end.
 *
 * Compares the mean squared distance of positives, `alignment`, with that of all pairs, `2 · spread`.
 */
export const contradictedLabels: AlarmRule = {
  doc: `after ${patience} epochs images of one class are as far apart as any two (\`alignment\` over \`2 · spread\` above ${alike})`,
  watch({ classes, stepsPerEpoch, warmupSteps }) {
    const ratios = movingMean(judgedSteps);
    const first = Math.max(firstJudgedStep(warmupSteps), patience * stepsPerEpoch);
    return ({ step, alignment, spread }) => {
      if (alignment === undefined || spread === undefined) return undefined;
      const ratio = ratios.next(alignment / (2 * spread));
      if (classes < 2 || step! < first || !(ratio > alike)) return undefined;
      return {
        text:
          `labels contradicted: after ${patience} epochs two images of one class are as far apart as any two ` +
          `(${(100 * ratio).toFixed(0)} % of the squared distance of all pairs). Look at the labels: \`samples: true\` keeps the loss of each image, ` +
          'by which `suspects` finds wrong ones; or try a larger `learningRate` or `encoder`',
        options: ['samples', 'learningRate', 'encoder'],
      };
    };
  },
};
