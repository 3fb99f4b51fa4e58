import test from 'ava';
import { braceNames, hasBraces } from '../../../datasets/store/brace-names.ts';

/** Patterns, and what `bash` prints for them. */
const cases: readonly (readonly [pattern: string, names: string])[] = [
  ['a.tar', 'a.tar'],
  ['{a,b}.tar', 'a.tar b.tar'],
  ['{000..003}.tar', '000.tar 001.tar 002.tar 003.tar'],
  ['{9..11}', '9 10 11'],
  ['{09..11}', '09 10 11'],
  ['{3..1}', '3 2 1'],
  ['{0..10..5}', '0 5 10'],
  ['{-1..1}', '-1 0 1'],
  ['{-01..1}', '-01 000 001'],
  ['{a..e..2}', 'a c e'],
  ['{a,b}{1,2}', 'a1 a2 b1 b2'],
  ['{a,b{1,2}}', 'a b1 b2'],
  ['{train-{0..1},test-0}.tar', 'train-0.tar train-1.tar test-0.tar'],
  ['x{,.bak}', 'x x.bak'],
  ['{a}', '{a}'],
  ['a{b', 'a{b'],
  ['a}b{c,d}', 'a}bc a}bd'],
  ['{{a,b}}', '{a} {b}'],
  ['{}', '{}'],
];

test('braces stand for the names that a shell makes of them', (t) => {
  for (const [pattern, names] of cases) t.deepEqual(braceNames(pattern), names.split(' '), pattern);
});

test('only a choice or a range is a pattern', (t) => {
  for (const [pattern, names] of cases) t.is(hasBraces(pattern), names !== pattern, pattern);
});

test('a pattern of too many names is refused before any is made', (t) => {
  for (const pattern of ['{0..999999999}', '{0..999}{0..999}', '{a,b}{0..99999}']) {
    t.throws(() => braceNames(pattern), {
      instanceOf: RangeError,
      message: /at most 100000 names/u,
    });
  }
});
