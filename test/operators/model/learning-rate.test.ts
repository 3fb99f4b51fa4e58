import test from 'ava';
import { learningRateAt, scaledRate } from '../../../operators/model/learning-rate.ts';

test('follows a cosine from the peak to a thousandth of it in the last step', (t) => {
  const schedule = { peak: 0.5, steps: 1000 };
  const at = (step: number): number => learningRateAt(step, schedule);
  t.true(Math.abs(at(0) - 0.5) < 1e-5);
  t.true(Math.abs(at(499) - (0.5 + 0.0005) / 2) < 1e-12);
  t.true(Math.abs(at(999) - 0.0005) < 1e-12);
});

test('one step per epoch is the official schedule', (t) => {
  // util.py: eta_min + (lr − eta_min) · (1 + cos(π · epoch / epochs)) / 2, epochs counted from 1.
  const epochs = 800;
  for (const epoch of [1, 10, 400, 800]) {
    const floor = 0.65 * 0.1 ** 3;
    const official = floor + ((0.65 - floor) * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2;
    t.true(Math.abs(learningRateAt(epoch - 1, { peak: 0.65, steps: epochs }) - official) < 1e-12);
  }
});

test('warms up linearly from 0.01 to where the cosine takes over', (t) => {
  const schedule = { peak: 0.5, steps: 100, warmupSteps: 10 };
  const rates = Array.from({ length: 11 }, (_, step) => learningRateAt(step, schedule));
  t.is(rates[0], 0.01);
  t.is(rates[10], learningRateAt(10, { peak: 0.5, steps: 100 }));
  const rises = rates.slice(1).map((rate, at) => rate - rates[at]!);
  for (const rise of rises) t.true(Math.abs(rise - rises[0]!) < 1e-12);
});

test('a warm-up never starts above where it leads', (t) => {
  const schedule = { peak: 0.001, steps: 100, warmupSteps: 10 };
  const rates = Array.from({ length: 11 }, (_, step) => learningRateAt(step, schedule));
  t.true(rates.every((rate) => rate <= 0.001));
});

test('the linear rule scales a rate by the batch over 256 images', (t) => {
  t.deepEqual(
    [scaledRate(0.05, 256), scaledRate(0.05, 512), scaledRate(0.3, 64)],
    [0.05, 0.1, 0.075],
  );
});

test('refuses what is out of range', (t) => {
  const schedule = { peak: 0.5, steps: 10 };
  const refused = (step: number, changes: object, message: RegExp): void => {
    t.throws(() => learningRateAt(step, { ...schedule, ...changes }), {
      instanceOf: RangeError,
      message,
    });
  };
  refused(10, {}, /`step` to be an integer from 0 to 9, got `10`/u);
  refused(-1, {}, /`step`/u);
  refused(0.5, {}, /`step`/u);
  refused(0, { peak: 0 }, /`peak` to be a number above 0/u);
  refused(0, { peak: Infinity }, /`peak`/u);
  refused(0, { steps: 0 }, /`steps` to be an integer of at least 1/u);
  refused(
    0,
    { warmupSteps: 11 },
    /`warmupSteps` to be an integer from 0 to `steps` \(10\), got `11`/u,
  );
});
