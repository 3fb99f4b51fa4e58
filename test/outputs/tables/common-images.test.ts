import test from 'ava';
import type { ReadScores } from '../../../outputs/tables/read-scores.ts';
import { commonImages } from '../../../outputs/tables/common-images.ts';
import { comparisonNotes } from '../../../pipeline/parts/compared-differences.ts';

function scores(path: string, given: Partial<ReadScores> = {}): ReadScores {
  const ids = given.ids ?? ['a', 'b', 'c'];
  return {
    path,
    ids,
    sha256: ids.map(() => null),
    testHash: 't',
    modelHash: path,
    layer: 'projection',
    trainImages: null,
    count: ids.length,
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
  const first = scores('first');
  const common = commonImages([first, other]);
  t.deepEqual(common.runs, [first, scores('other')]);
  t.like(common, { images: 3, leftOut: [0, 0], otherFiles: 0 });
  t.deepEqual(comparisonNotes([first, other], common), []);
});

test('what only some have, or have as another file, is left out and told', (t) => {
  const first = scores('first', { sha256: ['1', '2', null] });
  const other = scores('other', {
    ids: ['b', 'a', 'd', 'c'],
    sha256: ['2', 'x', '4', '3'],
    labels: Int32Array.of(1, 0, 0, -1),
    means: new Map([['knn1_accuracy', Float64Array.of(5, 6, 7, 8)]]),
    target: new Map(),
    noise: new Map(),
  });
  const common = commonImages([first, other]);
  t.like(common, { images: 2, leftOut: [1, 2], otherFiles: 1 });
  t.deepEqual(
    common.runs.map(({ means }) => [...means.get('knn1_accuracy')!]),
    [
      [2, 3],
      [5, 8],
    ],
  );
  t.deepEqual(comparisonNotes([first, other], common), [
    '2 test images are common to all evaluations; left out: 1 of 3 in `first`, 2 of 4 in `other`; ' +
      '1 of them with another file under the same name',
  ]);
});

test('another layer, other numbers of neighbours and other training images are told', (t) => {
  const first = scores('first', { trainImages: 'one', modelHash: 'same' });
  const other = scores('other', {
    trainImages: 'two',
    modelHash: 'same',
    layer: 'embedding',
    means: new Map([['knn5_accuracy', Float64Array.of(1, 2, 3)]]),
  });
  t.deepEqual(comparisonNotes([first, other], commonImages([first, other])), [
    'layers differ: `projection` in `first`, `embedding` in `other`: similarities are of two spaces',
    'k differ: `1` in `first`, `5` in `other`: what not all have is left out',
    'training images differ: `one` in `first`, `two` in `other`: neighbours are of other sets',
    'all evaluations are of the same weights',
  ]);
});

test('evaluations that cannot be joined are refused', (t) => {
  const first = scores('first', { sha256: ['1', '2', '3'] });
  for (const [given, message] of [
    [{ ids: ['x', 'y', 'z'] }, /no test image in common: no id is common/u],
    [{ sha256: ['4', '5', '6'] }, /under the same names they have other files/u],
    [{ ids: ['a', 'b', 'b'] }, /ids in `other` to be different/u],
    [{ labels: Int32Array.of(0, 0, -1) }, /`b` has another class in `other`/u],
    [{ classes: ['cat', 'eel'] }, /`b` has another class/u],
  ] as const) {
    const both = [first, scores('other', given)];
    t.throws(() => commonImages(both), { code: 'ERR_CONFIG', message });
  }
});
