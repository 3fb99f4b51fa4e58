import test from 'ava';
import fc from 'fast-check';
import { imageContent } from '../../../../operators/image-content.ts';
import { digestMatches } from '../../../../operators/evaluation/overlap/digest-matches.ts';
import { setOverlap } from '../../../../operators/evaluation/overlap/set-overlap.ts';
import { vectorsInMemory } from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import type { VectorSet } from '../../../../operators/evaluation/vectors/vector-set.ts';

/** Digests of files that hold these texts; null is unknown. */
function digestsOf(files: readonly (string | null)[]): Uint8Array {
  const digests = new Uint8Array(32 * files.length);
  for (const [row, file] of files.entries()) {
    if (file === null) continue;
    const { sha256 } = imageContent(Buffer.from(file));
    digests.set(Buffer.from(sha256, 'hex'), 32 * row);
  }
  return digests;
}

/** A set of two-dimensional vectors, all of class `a` but for the last, which has none. */
function setOf(
  name: string,
  rows: readonly number[],
  files?: readonly (string | null)[],
): VectorSet {
  const count = rows.length / 2;
  const set = vectorsInMemory({
    name,
    classes: ['a'],
    ids: Array.from({ length: count }, (_, row) => `${name}/${row}`),
    labels: Int32Array.from({ length: count }, (_, row) => (row === count - 1 ? -1 : 0)),
    dim: 2,
    rows: Float32Array.from(rows),
  });
  return { ...set, digests: files === undefined ? undefined : digestsOf(files) };
}

test('each digest finds the first equal one and all of its copies; unknown ones find none', (t) => {
  const file = fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e'));
  fc.assert(
    fc.property(
      fc.array(file, { maxLength: 30 }),
      fc.array(file, { maxLength: 30 }),
      (own, others) => {
        const { first, copies } = digestMatches(digestsOf(own), digestsOf(others));
        for (const [row, one] of own.entries()) {
          const equal = others.filter((other) => one !== null && other === one);
          t.is(copies[row], equal.length);
          t.is(first[row], equal.length === 0 ? -1 : others.indexOf(one));
        }
      },
    ),
    { seed: 16, numRuns: 200 },
  );
});

test('an image stands in both sets by its file, whatever its name and its vector', async (t) => {
  const train = setOf('train', [1, 0, 0, 1, 0.6, 0.8], ['x', 'y', 'x']);
  const overlap = await setOverlap(train, setOf('test', [0.8, 0.6, 0, 1], ['x', 'new']));
  t.deepEqual(overlap.content, { images: 1, of: 2 });
  t.deepEqual(overlap.vector, { images: 1, of: 2, otherContent: 1 });
  t.is(overlap.count, 2);
  t.deepEqual(overlap.row(0), {
    testId: 'test/0',
    testClass: 'a',
    trainId: 'train/0',
    trainClass: 'a',
    by: 'content',
    copies: 2,
  });
  t.deepEqual(overlap.row(1), {
    testId: 'test/1',
    testClass: null,
    trainId: 'train/1',
    trainClass: 'a',
    by: 'vector',
    copies: 1,
  });
});

test('where files are unknown, vectors that are equal bit for bit are all that can be told', async (t) => {
  const next = new Float32Array([0.6])[0]! + 2 ** -24;
  const train = setOf('train', [1, 0, 0.6, 0.8]);
  const overlap = await setOverlap(train, setOf('test', [1, 0, next, 0.8], ['x', 'y']));
  t.deepEqual(overlap.content, { images: 0, of: 0 });
  t.deepEqual(overlap.vector, { images: 1, of: 2, otherContent: 0 });
  t.is(overlap.row(0).by, 'vector');
});

test('vectors that say nothing are not alike', async (t) => {
  const rows = [0, 0, Number.NaN, 1, Number.POSITIVE_INFINITY, 0];
  const overlap = await setOverlap(setOf('train', rows), setOf('test', rows));
  t.is(overlap.count, 0);
});

test('digests are found wherever in a buffer they lie', (t) => {
  const digests = digestsOf(['a', 'b']);
  const moved = new Uint8Array(digests.length + 1).subarray(1);
  moved.set(digests);
  t.deepEqual([...digestMatches(moved, digests).first], [0, 1]);
  t.deepEqual([...digestMatches(Buffer.from(moved.buffer, 1), moved).first], [0, 1]);
});
