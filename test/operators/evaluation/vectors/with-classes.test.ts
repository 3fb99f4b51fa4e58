import test from 'ava';
import { vectorsInMemory } from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import {
  joinedClasses,
  withClasses,
} from '../../../../operators/evaluation/vectors/with-classes.ts';

const setOf = (name: string, classes: readonly string[], labels: readonly number[]) =>
  vectorsInMemory({
    name,
    classes,
    ids: labels.map(String),
    labels: Int32Array.from(labels),
    dim: 1,
    rows: new Float32Array(labels.length).fill(1),
  });

test('counts labels of two sets in one list of classes', (t) => {
  const train = setOf('train', ['cat', 'dog'], [0, 1, -1]);
  const other = setOf('test', ['bird', 'dog'], [1, 0, -1]);
  const classes = joinedClasses(train, other);
  t.deepEqual(classes, ['cat', 'dog', 'bird']);
  t.deepEqual(withClasses(train, classes).labels, Int32Array.of(0, 1, -1));
  t.deepEqual(withClasses(other, classes).labels, Int32Array.of(1, 2, -1));
  t.is(withClasses(other, classes).classes, classes);
});

test('a name is one class however its accents are composed, unless a set has both', (t) => {
  const [composed, decomposed] = ['\u00e9t\u00e9', 'e\u0301te\u0301'];
  const [train, other] = [setOf('train', [composed], [0]), setOf('test', [decomposed], [0])];
  const classes = joinedClasses(train, other);
  t.deepEqual(classes, [composed]);
  t.deepEqual(withClasses(other, classes).labels, Int32Array.of(0));
  const both = setOf('both', [composed, decomposed], [0, 1]);
  const all = joinedClasses(other, both);
  t.deepEqual(all, [decomposed, composed]);
  t.deepEqual(withClasses(both, all).labels, Int32Array.of(1, 0));
});

test('refuses a class that is not listed, or is named twice', (t) => {
  t.throws(() => withClasses(setOf('test', ['bird'], [0]), ['cat']), {
    instanceOf: RangeError,
    message: 'Expected `classes` to have `bird` of `test`',
  });
  t.throws(() => withClasses(setOf('test', ['a', 'a'], [0]), ['a']), {
    instanceOf: RangeError,
    message: 'Expected `test` to name each class once, got `a, a`',
  });
});
