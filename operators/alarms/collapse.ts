import { counted } from '../message-words.ts';
import type { AlarmRule, ClassDraws } from './alarm.ts';
import { movingMean } from './moving-mean.ts';
import { firstJudgedStep, judgedSteps } from './patience.ts';

/** Spread below which all rows count as one point: their mean is longer than 0.995. */
const onePoint = 0.01;

/** Effective rank below which the rows of three classes or more count as lying on one line. */
const oneLine = 1.05;

/** Effective number of classes in a batch up to which one line is where its rows belong. */
const twoClasses = 2.2;

/**
 * Representation collapse: all rows are one point, or the rows of three classes or more lie on one line, where two have their place.
 *
 * @see Jing et al., arXiv:2110.09348, on complete and dimensional collapse.
 */
export const collapse: AlarmRule = {
  doc: `the rows of a batch are one point (\`spread\` below ${onePoint}), or those of three classes or more lie on one line (\`effective_rank\` below ${oneLine})`,
  watch({ classes, warmupSteps, stepsPerEpoch, drawn }) {
    const mayBeLine = classes === 1 || effectiveClasses(drawn(stepsPerEpoch)) > twoClasses;
    const [spreads, ranks] = [movingMean(judgedSteps), movingMean(judgedSteps)];
    const first = firstJudgedStep(warmupSteps);
    return ({ step, spread, effective_rank: rank }) => {
      if (spread === undefined || rank === undefined) return undefined;
      const [meanSpread, meanRank] = [spreads.next(spread), ranks.next(rank)];
      if (step! < first) return undefined;
      const isPoint = meanSpread < onePoint;
      if (!isPoint && !(mayBeLine && meanRank < oneLine)) return undefined;
      const what = isPoint
        ? `all vectors are almost one point (spread ${meanSpread.toPrecision(2)}, where 1 is even)`
        : `the vectors lie on one line (effective rank ${meanRank.toFixed(2)})`;
      return {
        text:
          `collapse: over the last ${counted(judgedSteps, 'step')} ${what}, which tells no classes apart. ` +
          'Try a smaller `learningRate`, `warmupSteps`, `clipNorm: 1`, or a larger `batchSize`',
        options: ['learningRate', 'warmupSteps', 'clipNorm', 'batchSize'],
      };
    };
  },
};

/** Effective number of classes `1 / Σ share²` by their draws: common classes hide rare ones. */
function effectiveClasses(classes: readonly ClassDraws[]): number {
  const all = classes.reduce((sum, { draws }) => sum + draws, 0);
  return 1 / classes.reduce((sum, { draws }) => sum + (draws / all) ** 2, 0);
}
