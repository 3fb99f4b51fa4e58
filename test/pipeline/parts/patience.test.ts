import test from 'ava';
import fc from 'fast-check';
import { validationColumns, type ValidationRow } from '../../../outputs/run/validation-columns.ts';
import { patienceCondition } from '../../../pipeline/parts/patience.ts';
import {
  usualValidateEvery,
  validationSchedule,
} from '../../../pipeline/parts/validation-schedule.ts';

const every = 3;
const metric = 'knn5_accuracy';

/** Steps before which a run ends whose validations measure these values, and the validations that it waited for. */
async function ended(
  values: readonly number[],
  patience: number,
): Promise<{ end: number | undefined; waitedFor: readonly number[] }> {
  const empty = Object.fromEntries(Object.keys(validationColumns).map((name) => [name, 0]));
  const rows: ValidationRow[] = [];
  const waitedFor: number[] = [];
  const validation = {
    rows,
    metric,
    // A validation that nobody waits for ends as late as it may: before the next one.
    async until(steps: number) {
      for (let at = rows.length; at < steps / every; at += 1) {
        // Every column.
        rows.push({ ...empty, step: (at + 1) * every, [metric]: values[at]! } as ValidationRow);
      }
      waitedFor.push(steps);
    },
  } as const;
  const schedule = validationSchedule(every, []);
  const { holds } = patienceCondition({ patience, minDelta: 0, schedule, validation });
  for (let step = 0; step < values.length * every; step += 1) {
    if (await holds(step)) return { end: step, waitedFor };
  }
  return { end: undefined, waitedFor };
}

test('a run ends with the validation that is the last of so many without an improvement', async (t) => {
  t.is((await ended([0.1, 0.2, 0.2, 0.1, 0.3, 0.3], 2)).end, 4 * every);
  t.is((await ended([0.1, 0.2, 0.2, 0.3, 0.3, 0.2], 2)).end, undefined);
  t.is((await ended([0.5, 0.4, 0.6, 0.7, 0.8], 1)).end, 2 * every);
});

test('a validation is waited for only where it may end the run', async (t) => {
  const { waitedFor } = await ended([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 2);
  // Each when the next one is due, and not when it has begun.
  t.is(Math.max(...waitedFor), 4 * every);
});

test('the end is a function of the rows alone', async (t) => {
  const values = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(values, fc.integer({ min: 1, max: 4 }), async (accuracies, patience) => {
      let [best, waiting, expected] = [-1, 0, undefined as number | undefined];
      for (const [at, value] of accuracies.entries()) {
        waiting = value > best ? 0 : waiting + 1;
        best = Math.max(best, value);
        if (waiting >= patience) expected ??= (at + 1) * every;
      }
      const { end } = await ended(accuracies, patience);
      // After its last step nothing is asked.
      t.is(end, expected === accuracies.length * every ? undefined : expected);
    }),
    { seed: 21, numRuns: 60 },
  );
});

test('validations are due after every so many steps, and at every end that a run was planned with', (t) => {
  const { due, last } = validationSchedule(4, [10, 15]);
  t.deepEqual(Array.from({ length: 16 }, (_, steps) => steps).filter(due), [4, 8, 10, 12, 15]);
  t.deepEqual([0, 3, 4, 9, 10, 11, 12, 16].map(last), [0, 0, 4, 8, 10, 10, 12, 16]);
});

test('by default validations are whole epochs apart, and take about 4 % of the passes at most', (t) => {
  const work = { stepsPerEpoch: 176, batchSize: 256, views: 2, validated: 9500 };
  t.is(usualValidateEvery(work), 176);
  t.is(usualValidateEvery({ ...work, validated: 20_000 }), 2 * 176);
  t.is(usualValidateEvery({ ...work, stepsPerEpoch: 8, validated: 500 }), 104);
});
