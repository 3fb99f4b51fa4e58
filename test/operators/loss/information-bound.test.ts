import test from 'ava';
import fc from 'fast-check';
import {
  informationBound,
  sharpInformationBound,
} from '../../../operators/loss/information-bound.ts';
import { sharpLossBound } from '../../../operators/theory/loss-bounds.ts';

const divergence = fc.double({ min: 0, max: 30, noNaN: true });
const negatives = fc.integer({ min: 1, max: 100_000 });

test('the plain form is log|N| − L', (t) => {
  t.is(informationBound(1.5, Math.log(99)), Math.log(99) - 1.5);
});

test('the sharp form undoes the bound on the loss', (t) => {
  fc.assert(
    fc.property(divergence, negatives, (J, count) => {
      const back = sharpInformationBound(sharpLossBound(J, count), Math.log(count));
      // The logarithms are up to 12 and are rounded a few times.
      return Math.abs(back - J) <= 1e-12 * Math.max(1, J);
    }),
    { seed: 1 },
  );
  t.pass();
});

test('the sharp form is exact where the classes are alike', (t) => {
  for (const count of [1, 9, 999]) {
    t.true(Math.abs(sharpInformationBound(Math.log1p(count), Math.log(count))) < 1e-15 * 10);
  }
});

test('the sharp form implies the plain one', (t) => {
  fc.assert(
    fc.property(fc.double({ min: 1e-300, max: 1e6, noNaN: true }), negatives, (loss, count) => {
      const logNegatives = Math.log(count);
      return sharpInformationBound(loss, logNegatives) >= informationBound(loss, logNegatives);
    }),
    { seed: 2 },
  );
  t.pass();
});

test('is sound for tiny and for large losses', (t) => {
  // eᴸ − 1 is L for tiny L and eᴸ for large L.
  t.is(sharpInformationBound(1e-300, 0), -Math.log(1e-300));
  t.is(sharpInformationBound(1e-20, 3), 3 - Math.log(1e-20));
  t.is(sharpInformationBound(1000, 3), 3 - 1000);
  t.is(sharpInformationBound(1e300, 3), -1e300);
  t.is(sharpInformationBound(0, 3), Infinity);
  t.is(sharpInformationBound(Infinity, 3), -Infinity);
  t.is(sharpInformationBound(Number.NaN, 3), Number.NaN);
  t.is(sharpInformationBound(-0.1, 3), Number.NaN);
});

test('has no step where it changes its way of computing', (t) => {
  const [below, above] = [Math.LN2 * (1 - 1e-15), Math.LN2 * (1 + 1e-15)];
  t.true(Math.abs(sharpInformationBound(below, 0) - sharpInformationBound(above, 0)) < 1e-14);
});
