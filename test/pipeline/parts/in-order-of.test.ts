import test from 'ava';
import type { ReadScores } from '../../../outputs/tables/read-scores.ts';
import { inOrderOf } from '../../../pipeline/parts/in-order-of.ts';

function scores(path: string, given: Partial<ReadScores> = {}): ReadScores {
  return {
    path,
    ids: ['a', 'b', 'c'],
    testHash: 't',
    modelHash: 'm',
    count: 3,
    classes: ['cat', 'dog'],
    labels: Int32Array.of(0, 1, -1),
    means: new Map([['knn1_accuracy', Float64Array.of(1, 2, 3)]]),
    target: new Map([[1, Float64Array.of(0.1, 0.2, 0.3)]]),
    noise: new Map([[1, Float64Array.of(0.4, 0.5, 0.6)]]),
    ...given,
  };
}

test('rows are joined by id, and classes by name', (t) => {
  const other = scores('other', {
    ids: ['c', 'a', 'b'],
    classes: ['dog', 'cat'],
    labels: Int32Array.of(-1, 1, 0),
    means: new Map([['knn1_accuracy', Float64Array.of(3, 1, 2)]]),
    target: new Map([[1, Float64Array.of(0.3, 0.1, 0.2)]]),
    noise: new Map([[1, Float64Array.of(0.6, 0.4, 0.5)]]),
  });
  t.deepEqual(inOrderOf(scores('first'), other), scores('other'));
});

test('what is not about the same images is refused', (t) => {
  const first = scores('first');
  for (const [given, message] of [
    [{ ids: ['a', 'b', 'd'] }, /`c` is only in one of them/u],
    [{ ids: ['a', 'b', 'b'] }, /ids in `other` are not different/u],
    [{ labels: Int32Array.of(0, 0, -1) }, /`b` has another class/u],
    [{ classes: ['cat', 'eel'] }, /`b` has another class/u],
  ] as const) {
    t.throws(() => inOrderOf(first, scores('other', given)), { code: 'ERR_CONFIG', message });
  }
});
