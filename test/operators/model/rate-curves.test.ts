import test from 'ava';
import fc from 'fast-check';
import { learningRateAt } from '../../../operators/model/learning-rate.ts';
import {
  type RateCurve,
  rateCurveDocs,
  rateCurveNames,
} from '../../../operators/model/rate-curves.ts';
import { near } from '../../helpers/tensors.ts';

/** Rates of every step of a run from a peak of 0.5. */
function ratesOf(curve: RateCurve, steps: number, warmupSteps = 0): number[] {
  return Array.from({ length: steps }, (_, step) =>
    learningRateAt(step, { peak: 0.5, steps, warmupSteps, curve }),
  );
}

test('step falls to a tenth at 60, 75 and 90 % of the run, as MultiStepLR of PyTorch does', (t) => {
  // PyTorch 2.15, MultiStepLR(milestones=[12, 15, 18], gamma=0.1) over 20 steps.
  const [first, second, third, fourth] = [0.5, 0.05, 0.005, 0.0005];
  const expected = [...Array(12).fill(first), ...Array(3).fill(second), ...Array(3).fill(third)];
  near(t, ratesOf({ name: 'step' }, 20), [...expected, fourth, fourth] as number[], 1e-15);
  const own = ratesOf({ name: 'step', milestones: [0.55], stepDecay: 0.2 }, 100);
  t.deepEqual([own[54], own[55], own[99]], [0.5, 0.1, 0.1]);
});

test('linear is LinearLR of PyTorch, read at the end of each step', (t) => {
  // PyTorch 2.15, LinearLR(start_factor=1, end_factor=0.001, total_iters=10), from its second rate on.
  const expected = [
    0.45005, 0.4001, 0.35015, 0.3002, 0.25025, 0.2003, 0.15035, 0.1004, 0.05045, 0.0005,
  ];
  near(t, ratesOf({ name: 'linear' }, 10), expected, 1e-12);
});

test('restarts are CosineAnnealingWarmRestarts of PyTorch, read at the end of each step', (t) => {
  // PyTorch 2.15, CosineAnnealingWarmRestarts(T_0=3, T_mult=2, eta_min=0.0005): its rates from the second of a cycle on,
  // and `eta_min`, to which a cycle of ours comes down in its last step.
  const expected = [0.375125, 0.125375, 0.0005];
  const second = [0.4665398445951636, 0.375125, 0.25025, 0.125375, 0.033960155404836434, 0.0005];
  const third = [0.4914899751156948, 0.4665398445951636, 0.42684991860134025];
  const rates = ratesOf({ name: 'restarts', restartPeriod: 3 }, 12);
  near(t, rates, [...expected, ...second, ...third], 1e-12);
  // T_0=4, T_mult=1.
  const even = [0.42684991860134025, 0.25025, 0.07365008139865978, 0.0005];
  const equal = ratesOf({ name: 'restarts', restartPeriod: 4, restartFactor: 1 }, 8);
  near(t, equal, [...even, ...even], 1e-12);
});

test('without a period, three cycles of restarts fill the run', (t) => {
  const rates = ratesOf({ name: 'restarts' }, 70);
  const ends = rates.flatMap((rate, step) => (Math.abs(rate - 0.0005) < 1e-12 ? [step] : []));
  t.deepEqual(ends, [9, 29, 69]);
  const thirds = ratesOf({ name: 'restarts', restartFactor: 1 }, 30);
  near(t, [thirds[9]!, thirds[19]!, thirds[29]!], [0.0005, 0.0005, 0.0005], 1e-12);
});

test('constant stays, and a cosine that is named is the default one, bit for bit', (t) => {
  t.deepEqual(ratesOf({ name: 'constant' }, 3), [0.5, 0.5, 0.5]);
  const unnamed = Array.from({ length: 50 }, (_, step) =>
    learningRateAt(step, { peak: 0.5, steps: 50 }),
  );
  t.deepEqual(ratesOf({ name: 'cosine' }, 50), unnamed);
});

test('every curve stays between its floor and its peak, and is warmed up to where it begins', (t) => {
  const property = fc.property(
    fc.constantFrom(...rateCurveNames),
    fc.integer({ min: 1, max: 300 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    (name, steps, share) => {
      const warmupSteps = Math.floor(share * (steps - 1));
      const rates = ratesOf({ name }, steps, warmupSteps);
      t.true(rates.every((rate) => rate >= 0.0005 - 1e-15 && rate <= 0.5));
      t.deepEqual(rates.slice(warmupSteps), ratesOf({ name }, steps).slice(warmupSteps));
    },
  );
  fc.assert(property, { seed: 1, numRuns: 100 });
  for (const name of rateCurveNames) t.regex(rateCurveDocs[name].doc, /^[A-Z].*\.$/u);
});

test('a curve whose numbers are out of range is refused', (t) => {
  const refused = (curve: RateCurve, message: RegExp): void => {
    t.throws(() => ratesOf(curve, 10), { instanceOf: RangeError, message });
  };
  refused({ name: 'cosin' as 'cosine' }, /`curve\.name` to be one of `cosine`, `step`.*`cosin`/u);
  for (const milestones of [[0], [1], [0.5, 0.4], [0.5, 0.5], [NaN]]) {
    refused({ name: 'step', milestones }, /`curve\.milestones` to be rising numbers above 0/u);
  }
  refused({ name: 'step', stepDecay: 1 }, /`curve\.stepDecay` to be a number above 0 and below 1/u);
  refused({ name: 'restarts', restartPeriod: 0 }, /`curve\.restartPeriod`/u);
  refused({ name: 'restarts', restartFactor: 1.5 }, /`curve\.restartFactor`/u);
});
