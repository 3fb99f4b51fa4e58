import test from 'ava';
import fc from 'fast-check';
import { domainOf } from '../../../outputs/charts/domain.ts';
import { downsampled } from '../../../outputs/charts/downsampled.ts';
import { simplified } from '../../../outputs/charts/simplified.ts';
import { smoothed } from '../../../outputs/charts/smoothed.ts';
import { fittedText, textWidth } from '../../../outputs/charts/text-width.ts';
import { ticksOf } from '../../../outputs/charts/ticks.ts';

const seed = 22;

test('a long line keeps its ends and its extremes within the bound, and a short one every point', (t) => {
  const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { maxLength: 3000 });
  fc.assert(
    fc.property(values, fc.integer({ min: 10, max: 500 }), (y, most) => {
      const x = y.map((_, at) => at);
      const kept = downsampled({ x, y }, most);
      t.true(kept.x.length <= Math.max(most, 0));
      if (y.length <= most) return t.deepEqual(kept, { x, y });
      t.is(kept.x[0], 0);
      t.is(kept.x[kept.x.length - 1], y.length - 1);
      t.is(domainOf([kept.y])[0], domainOf([y])[0]);
      t.is(domainOf([kept.y])[1], domainOf([y])[1]);
      for (let at = 0; at < kept.x.length; at += 1) t.is(kept.y[at], y[kept.x[at]!]);
      return undefined;
    }),
    { seed, numRuns: 50 },
  );
});

test('a gap in a long line stays one', (t) => {
  const y = Array.from({ length: 10_000 }, (_, at) => (at === 4321 ? Number.NaN : at));
  const kept = downsampled({ x: y.map((_, at) => at), y }, 100);
  t.is(Array.from(kept.y).filter(Number.isNaN).length, 1);
});

test('no point of a simplified curve is further from it than the tolerance', (t) => {
  const x = Array.from({ length: 1001 }, (_, at) => at / 1000);
  const y = x.map((value) => value ** 0.1);
  const kept = simplified({ x, y }, 0.001);
  t.true(kept.x.length < 60);
  for (const [at, value] of x.entries()) {
    const after = Array.from(kept.x).findIndex((one) => one >= value);
    const [to, from] = [after, Math.max(0, after - 1)];
    const share = to === from ? 0 : (value - kept.x[from]!) / (kept.x[to]! - kept.x[from]!);
    const [low, high] = [kept.y[from]!, kept.y[to]!];
    const slope = to === from ? 0 : (high - low) / (kept.x[to]! - kept.x[from]!);
    const apart = Math.abs(y[at]! - (low + share * (high - low))) / Math.hypot(1, slope);
    t.true(apart <= 0.001 + 1e-12);
  }
});

test('a moving average starts at the first value, ends near the last ones, and passes over what is not finite', (t) => {
  t.deepEqual(
    [...smoothed([3, 3, Number.NaN, 3], 10)].map((value) => Number(value.toFixed(9))),
    [3, 3, Number.NaN, 3],
  );
  const steps = smoothed([...Array<number>(100).fill(0), ...Array<number>(100).fill(1)], 10);
  t.is(steps[0], 0);
  // After `span` values 1 − 1/e of a step is made, but for what the start weighs.
  t.true(Math.abs(steps[109]! - (1 - Math.exp(-1))) < 1e-4);
});

test('ticks are round, within their domain, at most so many, and told apart by their labels', (t) => {
  const number = fc.double({ noNaN: true, min: -1e9, max: 1e9 });
  fc.assert(
    fc.property(number, fc.double({ noNaN: true, min: 1e-6, max: 1e9 }), (low, size) => {
      const high = low + size;
      fc.pre(size > Math.abs(low) * 1e-6);
      const { values, label } = ticksOf([low, high], 5, 'number');
      t.true(values.length >= 1 && values.length <= 6);
      for (const value of values) t.true(value >= low - size * 1e-6 && value <= high + size * 1e-6);
      t.is(new Set(values.map(label)).size, values.length);
    }),
    { seed, numRuns: 300 },
  );
  t.deepEqual(ticksOf([0, 1], 5, 'share').values, [0, 0.2, 0.4, 0.6, 0.8, 1]);
  const { values, label } = ticksOf([0, 20_000], 5, 'number');
  t.is(values.map(label).join(' '), '0 5,000 10,000 15,000 20,000');
});

test('an axis has ends that differ, whatever the values are', (t) => {
  t.deepEqual(domainOf([]), [0, 1]);
  t.deepEqual(domainOf([[Number.NaN, Number.POSITIVE_INFINITY]]), [0, 1]);
  t.deepEqual(domainOf([[2, 3], [5]]), [2, 5]);
  t.deepEqual(domainOf([[2, 3]], 0), [0, 3]);
  t.deepEqual(domainOf([[10]]), [9, 11]);
  t.deepEqual(domainOf([[0]], 0), [0, 1]);
});

test('a text that does not fit ends in an ellipsis, within its room', (t) => {
  t.is(fittedText('cat', 12, 100), 'cat');
  const fitted = fittedText('a class with a very long name', 12, 80);
  t.regex(fitted, /^a class.*…$/u);
  t.true(textWidth(fitted, 12) <= 80);
  t.is(textWidth('ab\u0301', 10), textWidth('ab', 10));
  t.true(textWidth('漢字', 10) >= 20);
});
