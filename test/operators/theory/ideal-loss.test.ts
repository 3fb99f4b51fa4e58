import test from 'ava';
import { idealLoss } from '../../../operators/theory/ideal-loss.ts';
import { recordedLosses } from '../../helpers/recorded-losses.ts';

for (const { divergence, negatives, loss } of recordedLosses) {
  test(`equals what was drawn for J ${divergence}, |N| ${negatives}`, (t) => {
    // The recorded numbers have four digits and, where anything varies, a standard error of up to 0.02.
    const tolerance = divergence === 0 ? 5.1e-5 : 0.02;
    t.true(Math.abs(idealLoss(divergence, negatives) - loss) <= tolerance);
  });
}

test('with one negative equals the integral over the one difference of log r', (t) => {
  for (const J of [0.5, 2, 8, 16]) {
    // log r_n − log r_S is normal with mean −J and variance 2 J.
    let sum = 0;
    const step = 0.01;
    for (let g = -12; g <= 12; g += step) {
      const difference = -J + Math.sqrt(2 * J) * g;
      const softplus = Math.max(difference, 0) + Math.log1p(Math.exp(-Math.abs(difference)));
      sum += softplus * Math.exp((-g * g) / 2) * step;
    }
    t.true(Math.abs(idealLoss(J, 1) - sum / Math.sqrt(2 * Math.PI)) < 1e-9, `J ${J}`);
  }
});

test('falls with J and rises with |N|', (t) => {
  for (const J of [0, 1, 4]) t.true(idealLoss(J + 1, 9) < idealLoss(J, 9));
  for (const count of [1, 9, 99]) t.true(idealLoss(4, count + 1) > idealLoss(4, count));
});

test('with many negatives log|N| − L* comes up to J / 2', (t) => {
  for (const J of [0.5, 1, 2]) {
    const gap = Math.log(1e6) - idealLoss(J, 1e6);
    t.true(gap <= J / 2 && gap > J / 2 - 1e-4, `J ${J}: ${gap}`);
  }
});

test('refuses what it cannot integrate', (t) => {
  for (const J of [-1, 17, Number.NaN]) {
    t.throws(() => idealLoss(J, 1), {
      instanceOf: RangeError,
      message: `Expected \`divergence\` to be from 0 to 16, got \`${J}\``,
    });
  }
  for (const count of [0, 1.5]) {
    t.throws(() => idealLoss(1, count), { message: /`negatives` to be an integer of at least 1/u });
  }
});
