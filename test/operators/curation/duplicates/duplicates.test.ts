import test from 'ava';
import fc from 'fast-check';
import {
  type DuplicatesOptions,
  nearDuplicates,
  type NearDuplicates,
} from '../../../../operators/curation/duplicates/duplicates.ts';
import { unitVectors } from '../../../../operators/evaluation/vectors/unit-vectors.ts';
import { vectorsInMemory } from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import type { VectorSet } from '../../../../operators/evaluation/vectors/vector-set.ts';
import { unitRows } from '../../../helpers/unit-rows.ts';

const classes = ['a', 'b'];

function setOf(name: string, dim: number, rows: ArrayLike<number>, rest: Partial<VectorSet> = {}) {
  const count = rows.length / dim;
  const ids = Array.from({ length: count }, (_, at) => `${at}`);
  const labels = Int32Array.from(ids, (_, at) => at % 2);
  const images = { name, classes, ids, labels, dim, rows: Float32Array.from(rows) };
  return { ...vectorsInMemory(images, 7), ...rest };
}

/** All pairs by the plain formula, `[number, number, similarity]`, the most similar first. */
async function plainPairs(sets: readonly VectorSet[], threshold: number) {
  const rows: { vector: Float32Array; set: number }[] = [];
  for (const [set, vectors] of sets.entries()) {
    for await (const block of unitVectors(vectors, 'embedding').blocks()) {
      for (let at = 0; at < block.rows.length; at += vectors.dim) {
        rows.push({ vector: block.rows.slice(at, at + vectors.dim), set });
      }
    }
  }
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, d) => sum + x * b[d]!, 0);
  const pairs: [number, number, number][] = [];
  for (const [i, a] of rows.entries()) {
    for (const [j, b] of rows.entries()) {
      if (j <= i || (sets.length === 2 && a.set === b.set)) continue;
      const lengths = Math.sqrt(dot(a.vector, a.vector) * dot(b.vector, b.vector));
      const similarity = Math.min(1, dot(a.vector, b.vector) / lengths);
      if (similarity >= threshold) pairs.push([i, j, similarity]);
    }
  }
  return pairs.sort((a, b) => b[2] - a[2] || a[0] - b[0] || a[1] - b[1]);
}

/** Groups by painting over: the lowest member of each number that is in a pair. */
function plainGroups(pairs: readonly (readonly [number, number, number])[]): number[][] {
  const groups: Set<number>[] = [];
  for (const [i, j] of pairs) {
    const joined = new Set([i, j]);
    for (const group of groups.filter((one) => one.has(i) || one.has(j))) {
      for (const row of group) joined.add(row);
      groups.splice(groups.indexOf(group), 1);
    }
    groups.push(joined);
  }
  const sorted = groups.map((group) => [...group].sort((a, b) => a - b));
  return sorted.sort((a, b) => a[0]! - b[0]!);
}

const numberOf = (sets: readonly VectorSet[], id: string, name: string): number =>
  Number(id) + (sets.length === 2 && name === sets[1]!.name ? sets[0]!.count : 0);

function pairsOf(found: NearDuplicates, sets: readonly VectorSet[]) {
  return Array.from({ length: found.listed }, (_, at) => {
    const { image, other, similarity } = found.pair(at);
    return [
      numberOf(sets, image.id, image.set),
      numberOf(sets, other.id, other.set),
      similarity,
    ] as const;
  });
}

function groupsOf(found: NearDuplicates, sets: readonly VectorSet[]): number[][] {
  return Array.from({ length: found.groups }, (_, at) =>
    found.group(at).members.map(({ id, set }) => numberOf(sets, id, set)),
  );
}

const small = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 2, maxLength: 2 });
const someRows = (least: number) =>
  fc
    .array(small, { minLength: least, maxLength: 20 })
    .map((rows) => rows.map((row) => (row.every((x) => x === 0) ? [1, 0] : row)));

test('pairs, groups and the ladder are those of the plain formula, within one set and between two', async (t) => {
  const given = fc.record({
    first: someRows(1),
    second: fc.option(someRows(1)),
    threshold: fc.constantFrom(0.3, 0.8, 0.9, 1),
    maxPairs: fc.constantFrom(1, 3, 1000),
  });
  await fc.assert(
    fc.asyncProperty(given, async ({ first, second, threshold, maxPairs }) => {
      const set = setOf('one', 2, first.flat());
      const other = second === null ? null : setOf('two', 2, second.flat());
      const sets = other === null ? [set] : [set, other];
      const found = await nearDuplicates(set, other, { threshold, maxPairs });
      const plain = await plainPairs(sets, threshold);
      t.is(found.pairs, plain.length);
      t.deepEqual(pairsOf(found, sets), plain.slice(0, maxPairs));
      t.deepEqual(groupsOf(found, sets), plainGroups(plain));
      for (const rung of found.ladder) {
        const above = plain.filter(([, , similarity]) => similarity >= rung.threshold);
        const groups = plainGroups(above);
        t.deepEqual(rung, {
          threshold: rung.threshold,
          pairs: above.length,
          groups: groups.length,
          rows: groups.flat().length,
        });
      }
      for (let at = 0; at < found.groups; at += 1) checkWeakest(at);

      /** Down to its weakest link a group holds together; above it, it falls apart. */
      function checkWeakest(at: number): void {
        const { weakestLink } = found.group(at);
        const members = groupsOf(found, sets)[at]!;
        const within = (least: (similarity: number) => boolean) =>
          plainGroups(plain.filter(([i, , s]) => members.includes(i) && least(s)));
        t.deepEqual(
          within((s) => s >= weakestLink),
          [members],
        );
        t.notDeepEqual(
          within((s) => s > weakestLink),
          [members],
        );
      }
    }),
    { seed: 7, numRuns: 60 },
  );
});

/** More rows than a block holds, in clusters. */
function clustered(name: string, count: number, dim: number): VectorSet {
  const centres = unitRows(Math.ceil(count / 3), dim, 'centres');
  const noise = unitRows(count, dim, 'noise', name);
  const rows = noise.map((x, at) => {
    const centre = Math.floor(at / dim) % (centres.length / dim);
    return centres[centre * dim + (at % dim)]! + 0.3 * x;
  });
  return setOf(name, dim, rows);
}

test('the result depends neither on threads nor on blocks nor on memory', async (t) => {
  const set = clustered('one', 2600, 1024);
  const options = { threshold: 0.9, maxPairs: 500 };
  const found = async (rest: DuplicatesOptions) => {
    const { pair, group, ...about } = await nearDuplicates(set, null, { ...options, ...rest });
    const pairs = Array.from({ length: about.listed }, (_, at) => pair(at));
    const groups = Array.from({ length: about.groups }, (_, at) => group(at));
    return { ...about, members: groups, pairs };
  };
  const first = await found({ threads: 0 });
  t.true(first.pairs.length === 500 && first.groups > 100 && first.ladder[0]!.pairs > 500);
  t.deepEqual(await found({ threads: 3, memoryMb: 4 }), first);
});

test('each pair of a set of several blocks is found once, whichever side it is looked for from', async (t) => {
  const set = clustered('one', 2600, 1024);
  const found = await nearDuplicates(set, null, { threshold: 0.9, threads: 2 });
  const others = await nearDuplicates(set, clustered('one', 2600, 1024), { threshold: 0.9 });
  t.is(others.pairs, 2 * found.pairs + 2600);
  t.is(found.ladder.at(-1)!.pairs, 0);
  t.is(others.ladder.at(-1)!.pairs, 2600);
});

test('a threshold that is exactly the similarity of a pair takes it, the next number does not', async (t) => {
  const set = setOf('one', 3, unitRows(2, 3, 'two').map(Math.abs));
  const [[, , similarity]] = (await plainPairs([set], 0.01)) as [[number, number, number]];
  t.is((await nearDuplicates(set, null, { threshold: similarity })).pairs, 1);
  const next = similarity + Number.EPSILON;
  t.is((await nearDuplicates(set, null, { threshold: next })).pairs, 0);
});

test('vectors that are equal bit by bit have a similarity of 1 and are copies; others of one direction are near', async (t) => {
  const row = unitRows(1, 33, 'row');
  const longer = row.map((x) => 4 * x);
  const set = setOf('one', 33, [...row, ...row, ...longer]);
  const found = await nearDuplicates(set, null, { threshold: 1 });
  t.deepEqual(found.kinds, { file: 0, vector: 1, near: 2 });
  t.is(found.pair(0).kind, 'vector');
  t.is(found.pair(0).similarity, 1);
});

test('the same file is named before the same vector, and an unknown file is the same as none', async (t) => {
  const digests = new Uint8Array(5 * 32);
  digests.fill(1, 0, 64);
  digests.fill(2, 64, 96);
  const set = setOf('one', 2, [1, 0, 1, 0, 1, 0, 1, 0, 1, 0], { digests });
  const { kinds, pair } = await nearDuplicates(set, null);
  t.deepEqual(kinds, { file: 1, vector: 9, near: 0 });
  t.is(pair(0).kind, 'file');
});

test('nothing is found among rows that are apart, in one row, and beside one row', async (t) => {
  for (const set of [setOf('one', 2, [1, 0, 0, 1, -1, 0]), setOf('one', 2, [1, 0])]) {
    const { pairs, groups, drops, grouped } = await nearDuplicates(set, null);
    t.deepEqual({ pairs, groups, drops, grouped }, { pairs: 0, groups: 0, drops: 0, grouped: 0 });
  }
  const other = setOf('two', 2, [0, 1]);
  t.is((await nearDuplicates(setOf('one', 2, [1, 0]), other)).pairs, 0);
});

test('of a collapsed set the listed pairs are cut, the number of pairs and the groups are not', async (t) => {
  const set = setOf('one', 2, new Float32Array(2 * 1500).fill(1));
  const found = await nearDuplicates(set, null, { maxPairs: 10 });
  t.is(found.pairs, (1500 * 1499) / 2);
  t.is(found.listed, 10);
  t.deepEqual(
    pairsOf(found, [set]).map(([, j]) => j),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  t.deepEqual([found.groups, found.grouped, found.drops], [1, 1500, 1499]);
  t.is(found.group(0).weakestLink, 1);
});

test('within a set all but the first of a group are dropped, between two those of the second one', async (t) => {
  const rows = [1, 0, 1, 0.01, 0, 1, 1, 0.02];
  const within = await nearDuplicates(setOf('one', 2, rows), null);
  t.deepEqual(within.group(0).drops, [false, true, true]);
  t.deepEqual(within.group(0).classes, ['a', 'b']);
  t.is(within.mixedGroups, 1);
  const between = await nearDuplicates(setOf('one', 2, rows), setOf('two', 2, [1, 0, 0, -1]));
  t.deepEqual(
    between.group(0).members.map(({ id, set }) => `${set} ${id}`),
    ['one 0', 'one 1', 'one 3', 'two 0'],
  );
  t.deepEqual(between.group(0).drops, [false, false, false, true]);
  t.is(between.drops, 1);
});

test('classes of two sets are compared by name; rows without a class are in no other', async (t) => {
  const set = setOf('one', 2, [1, 0], { classes: ['a', 'b'] });
  const other = setOf('two', 2, [1, 0], { classes: ['b', 'a'] });
  const mixed = await nearDuplicates(set, other);
  t.deepEqual(mixed.group(0).classes, ['a', 'b']);
  const unlabelled = { labels: Int32Array.of(-1) };
  const found = await nearDuplicates(set, { ...other, ...unlabelled });
  t.is(found.mixedGroups, 0);
  t.is(found.pair(0).other.class, null);
});

test('thresholds and numbers of pairs out of their ranges are refused, and so are rows of other length', async (t) => {
  const set = setOf('one', 2, [1, 0]);
  for (const threshold of [0, -1, 1.01, Number.NaN]) {
    await t.throwsAsync(nearDuplicates(set, null, { threshold }), { message: /`threshold`/u });
  }
  await t.throwsAsync(nearDuplicates(set, null, { maxPairs: 0 }), { message: /`maxPairs`/u });
  await t.throwsAsync(nearDuplicates(set, setOf('two', 3, [1, 0, 0])), { message: /length 3/u });
});

test('an abort ends the search with its reason', async (t) => {
  const reason = new Error('enough');
  const signal = AbortSignal.abort(reason);
  const found = nearDuplicates(setOf('one', 2, [1, 0]), null, { signal });
  t.is(await t.throwsAsync(found), reason);
});
