import { counted, shownName, shownNames } from '../message-words.ts';
import type { AlarmRule, AlarmText, ClassDraws, WatchedRun } from './alarm.ts';

/** Epochs after which a class must have been drawn. */
const patience = 2;

/** Share of all draws from which one class of three or more dominates. */
const mostOfAll = 0.5;

/** Classes that no batch of two epochs drew. */
export const neverDrawn: AlarmRule = {
  doc: `a class of which no image was drawn in the first ${patience} epochs`,
  watch: (run) =>
    atEnd(run, patience, (classes) => {
      const never = classes.filter(({ draws }) => draws === 0).map(({ name }) => name);
      if (never.length === 0) return undefined;
      return {
        text:
          `never drawn: ${counted(never.length, 'class', 'classes')} of ${counted(classes.length)} in the first ` +
          `${patience} epochs, ${shownNames(never)}. Try a larger \`batchSize\`, more \`classesPerBatch\`, or \`balance: 1\``,
        options: ['batchSize', 'classesPerBatch', 'balance'],
      };
    }),
};

/** One class of three or more that fills most places of the batches. */
export const dominatingClass: AlarmRule = {
  doc: 'one class of three or more fills more than half of all places of an epoch',
  watch: (run) =>
    atEnd(run, 1, (classes) => {
      const all = classes.reduce((sum, { draws }) => sum + draws, 0);
      const top = classes.toSorted((one, other) => other.draws - one.draws)[0];
      if (top === undefined || classes.length < 3 || top.draws <= mostOfAll * all) return undefined;
      return {
        text:
          `one class dominates: ${shownName(top.name)} fills ${((100 * top.draws) / all).toFixed(0)} % of all places of the batches, ` +
          `and ${counted(classes.length - 1)} others share the rest. Try \`balance: 1\`, \`maxClassShare: 0.3\`, or \`limit\``,
        options: ['balance', 'maxClassShare', 'limit'],
      };
    }),
};

/** Judges the draws once, when so many epochs have ended. */
function atEnd(
  { stepsPerEpoch, drawn }: WatchedRun,
  epochs: number,
  judge: (classes: readonly ClassDraws[]) => AlarmText | undefined,
): ReturnType<AlarmRule['watch']> {
  const steps = epochs * stepsPerEpoch;
  return ({ step }) => (step! + 1 === steps ? judge(drawn(steps)) : undefined);
}
