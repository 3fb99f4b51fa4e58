import test from 'ava';
import fc from 'fast-check';
import { drawnSample } from '../../../outputs/report/examples/drawn-sample.ts';
import { firstBy } from '../../../outputs/report/examples/first-by.ts';

test('the best of many are those that sorting all of them gives, ties by order', (t) => {
  const scores = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 });
  const law = fc.property(scores, fc.integer({ min: 1, max: 8 }), (given, most) => {
    const first = firstBy<number>(most);
    for (const [at, score] of given.entries()) first.offer(at, score);
    const sorted = Array.from(given.keys()).sort((a, b) => given[b]! - given[a]! || a - b);
    t.deepEqual(first.values(), sorted.slice(0, most));
  });
  fc.assert(law, { seed: 22, numRuns: 200 });
});

test('what has no score is not among the best', (t) => {
  const first = firstBy<string>(2);
  first.offer('none', Number.NaN);
  first.offer('some', 1);
  t.deepEqual(first.values(), ['some']);
});

test('a sample of few is all of them, of many as many as wanted, in order, and the same each time', (t) => {
  const drawn = (count: number): readonly number[] => {
    const sample = drawnSample<number>(5, 'a test');
    for (let at = 0; at < count; at += 1) sample.offer(at);
    return sample.values();
  };
  t.deepEqual(drawn(3), [0, 1, 2]);
  const many = drawn(1000);
  t.is(many.length, 5);
  t.deepEqual(
    many,
    many.toSorted((a, b) => a - b),
  );
  t.true(many.at(-1)! > 100);
  t.deepEqual(drawn(1000), many);
});
