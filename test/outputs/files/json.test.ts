import test from 'ava';
import { jsonDifferences } from '../../../outputs/files/json.ts';

test('differences of two values are told by key, absent and undefined being the same', (t) => {
  t.deepEqual(jsonDifferences({ a: 1, b: undefined }, { a: 1 }), []);
  t.deepEqual(jsonDifferences({ a: { b: 0.1 } }, { a: { b: 0.2 }, c: null }), [
    '`a.b`: 0.1 before, 0.2 now',
    '`c`: nothing before, null now',
  ]);
});

test('long values that begin alike are different', (t) => {
  const names = Array.from({ length: 40 }, (_, at) => `class ${at}`);
  const [difference, ...others] = jsonDifferences({ names }, { names: [...names, 'one more'] });
  t.regex(difference!, /^`names`: \["class 0".*… before, \["class 0".*… now$/u);
  t.deepEqual(others, []);
});
