import test from 'ava';
import { isOlderVersion } from '../../operators/older-version.ts';

test('versions are compared number by number, and what is missing is 0', (t) => {
  for (const [older, newer] of [
    ['2.9', '2.27'],
    ['1.30', '2.27'],
    ['525.60', '525.60.13'],
    ['525.60.13', '535.1'],
  ] as const) {
    t.true(isOlderVersion(older, newer));
    t.false(isOlderVersion(newer, older));
  }
  t.false(isOlderVersion('2.27', '2.27'));
  t.false(isOlderVersion('2.27', '2.27.0'));
});
