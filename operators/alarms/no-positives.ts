import type { AlarmRule } from './alarm.ts';
import { movingMean } from './moving-mean.ts';

/** Steps over which it is averaged: the plans are right from the first one on. */
const steps = 20;

/** Share of the rows from which it is an alarm. */
const most = 0.5;

/** Lonely anchors: most rows of the batches have no positive, and are left out of the loss. */
export const noPositives: AlarmRule = {
  doc: `more than half of the rows of ${steps} batches have no positive and are left out of the loss`,
  watch({ rows }) {
    const shares = movingMean(steps);
    return ({ anchors_without_positive: alone }) => {
      if (alone === undefined) return undefined;
      const share = shares.next(alone / rows);
      if (!(share > most)) return undefined;
      return {
        text:
          `no positives: ${(100 * share).toFixed(0)} % of the rows of a batch have no other of their class beside them, and the loss leaves them out. ` +
          'Try `views: 2`, a larger `batchSize`, or fewer `classesPerBatch`',
        options: ['views', 'batchSize', 'classesPerBatch'],
      };
    };
  },
};
