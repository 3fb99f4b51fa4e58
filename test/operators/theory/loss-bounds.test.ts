import test from 'ava';
import fc from 'fast-check';
import { idealLoss } from '../../../operators/theory/ideal-loss.ts';
import { lossBound, sharpLossBound } from '../../../operators/theory/loss-bounds.ts';

test('the values beside the recorded table', (t) => {
  // J, log(999) − J, log(1 + 999 e⁻ᴶ), to four digits.
  for (const [J, plain, sharp] of [
    [0, 6.9068, 6.9078],
    [0.5, 6.4068, 6.4084],
    [1, 5.9068, 5.9095],
    [2, 4.9068, 4.9141],
    [4, 2.9068, 2.96],
    [8, -1.0932, 0.289],
  ] as const) {
    t.true(Math.abs(lossBound(J, 999) - plain) <= 5e-5);
    t.true(Math.abs(sharpLossBound(J, 999) - sharp) <= 5e-5);
  }
});

test('the sharp form is above the plain one and above 0', (t) => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 700, noNaN: true }),
      fc.integer({ min: 1, max: 1_000_000 }),
      (J, count) => {
        const sharp = sharpLossBound(J, count);
        return sharp > 0 && sharp >= lossBound(J, count);
      },
    ),
    { seed: 1 },
  );
  t.pass();
});

test('no ideal loss is below either, for any J and |N|', (t) => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 16, noNaN: true }),
      fc.integer({ min: 1, max: 2000 }),
      (J, count) => {
        const loss = idealLoss(J, count);
        // What the integration is exact to.
        return loss >= sharpLossBound(J, count) - 1e-9 && loss >= lossBound(J, count) - 1e-9;
      },
    ),
    { seed: 2, numRuns: 40 },
  );
  t.pass();
});

test('where the classes are alike the sharp form is the loss itself', (t) => {
  for (const count of [1, 9, 99, 999]) {
    t.true(Math.abs(idealLoss(0, count) - sharpLossBound(0, count)) < 1e-9);
    t.true(Math.abs(sharpLossBound(0, count) - Math.log1p(count)) < 1e-14);
  }
});
