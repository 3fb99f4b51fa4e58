import test from 'ava';
import { learningRateAt } from '../../../operators/model/learning-rate.ts';
import {
  extensionNote,
  plannedRate,
  stepsPlannedAt,
} from '../../../pipeline/parts/planned-rate.ts';

test('a step is planned with the length that the run had when it came to it', (t) => {
  t.is(stepsPlannedAt(7, { steps: 10, extended: [] }), 10);
  const extended = [
    { at: 10, from: 10, to: 20 },
    { at: 15, from: 20, to: 40 },
  ];
  const planned = [0, 9, 10, 14, 15, 39].map((step) =>
    stepsPlannedAt(step, { steps: 40, extended }),
  );
  t.deepEqual(planned, [10, 10, 20, 20, 40, 40]);
});

test('an extension from an earlier checkpoint takes the place of later ones', (t) => {
  const extended = [
    { at: 10, from: 10, to: 20 },
    { at: 5, from: 20, to: 30 },
  ];
  const planned = [4, 5, 12].map((step) => stepsPlannedAt(step, { steps: 30, extended }));
  t.deepEqual(planned, [10, 30, 30]);
});

test('from an extension on the learning rate is that of a run that was always so long', (t) => {
  const config = { learningRate: 0.5, warmupSteps: 2, steps: 20 };
  const rate = plannedRate(config, [{ at: 10, from: 10, to: 20 }]);
  const of = (steps: number) => (step: number) =>
    learningRateAt(step, { peak: 0.5, warmupSteps: 2, steps });
  t.deepEqual([0, 1, 9].map(rate), [0, 1, 9].map(of(10)));
  t.deepEqual([10, 19].map(rate), [10, 19].map(of(20)));
  t.regex(
    extensionNote({ at: 10, from: 10, to: 20 }, rate),
    /^extended at step 10 from 10 to 20 steps: .* 0\.2\d+ at the next step, after 0\.0005\d*$/u,
  );
});
