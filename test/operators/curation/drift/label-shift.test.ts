import test from 'ava';
import {
  hypergeometric,
  logFactorials,
} from '../../../../operators/curation/drift/hypergeometric.ts';
import { labelShift } from '../../../../operators/curation/drift/label-shift.ts';
import { adjustedPs, permutationP } from '../../../../operators/curation/drift/permutation-p.ts';
import { seededRandom } from '../../../../operators/random.ts';

const group = (name: string, oldRows: number, newRows: number) => {
  const positions = { old: new Int32Array(oldRows), new: new Int32Array(newRows) };
  return { class: name, ...positions, oldRows, newRows };
};

test('hypergeometric variates are as frequent as the binomial coefficients say', (t) => {
  const [rows, marked, drawn, draws] = [20, 8, 7, 20_000];
  const choose = (n: number, k: number): number =>
    Array.from({ length: k }, (_, at) => (n - at) / (k - at)).reduce((a, b) => a * b, 1);
  const random = seededRandom('hypergeometric');
  const logs = logFactorials(rows);
  const counts = Array.from({ length: 8 }, () => 0);
  for (let at = 0; at < draws; at += 1)
    counts[hypergeometric(random, { rows, marked, drawn }, logs)]! += 1;
  for (const [k, count] of counts.entries()) {
    const share = (choose(8, k) * choose(12, 7 - k)) / choose(20, 7);
    const off = 4.5 * Math.sqrt(draws * share * (1 - share));
    t.true(Math.abs(count - draws * share) <= off, `${k}: ${count}`);
  }
});

test('hypergeometric variates stay in their range at its ends', (t) => {
  const random = seededRandom('ends');
  const logs = logFactorials(1000);
  const draw = (rows: number, marked: number, drawn: number): number =>
    hypergeometric(random, { rows, marked, drawn }, logs);
  t.is(draw(10, 10, 4), 4);
  t.is(draw(10, 0, 4), 0);
  t.is(draw(10, 3, 10), 3);
  t.is(draw(10, 3, 0), 0);
  for (let at = 0; at < 200; at += 1) {
    const count = draw(1000, 700, 600);
    t.true(count >= 300 && count <= 600);
  }
});

test('chi-square and shares are those of the table of classes', (t) => {
  const found = labelShift([group('a', 30, 10), group('b', 20, 30)], {
    permutations: 9999,
    seed: 0,
  })!;
  // By hand: rows (30, 10) and (20, 30); expected (22.2…, 17.7…) and (27.7…, 22.2…).
  const expected = [
    [30, 200 / 9],
    [10, 160 / 9],
    [20, 250 / 9],
    [30, 200 / 9],
  ].reduce((sum, [observed, mean]) => sum + (observed! - mean!) ** 2 / mean!, 0);
  t.true(Math.abs(found.chiSquare.value - expected) < 1e-12);
  // Exactly 0.00128: 10 or fewer, or 26 or more, of class a in NEW. Five standard deviations of 9,999 draws.
  t.true(Math.abs(found.chiSquare.p - 0.00128) < 0.0018);
  t.true(Math.abs(found.shares[0]!.value - (0.25 - 0.6)) < 1e-12);
  t.is(found.shares[0]!.p, found.chiSquare.p);
  const same = labelShift([group('a', 30, 15), group('b', 20, 10)], { permutations: 99, seed: 0 })!;
  t.is(same.chiSquare.value, 0);
  t.is(same.chiSquare.p, 1);
  t.is(labelShift([group('a', 3, 0)], { permutations: 9, seed: 0 }), null);
});

test('p-values count ties as as large, and are never 0', (t) => {
  t.is(permutationP(2, Float64Array.of(1, 1, 1), 0), 1 / 4);
  t.is(permutationP(2, Float64Array.of(2, 2 - 1e-13, 3), 1e-12), 1);
});

test('adjusted p-values are those of Benjamini and Hochberg', (t) => {
  // R 4.4: p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.5), "BH").
  const expected = [0.025, 0.05, 0.05, 0.025, 0.5];
  const found = adjustedPs([0.01, null, 0.04, 0.03, 0.005, 0.5]);
  t.is(found[1], null);
  for (const [at, p] of found.filter((one) => one !== null).entries()) {
    t.true(Math.abs(p - expected[at]!) < 1e-12);
  }
});
