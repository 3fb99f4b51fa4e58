import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';
import { vectorDrift } from '../../../../operators/curation/drift/drift.ts';
import type { DriftRow, DriftStatistic } from '../../../../operators/curation/drift/drift-rows.ts';
import {
  drawSides,
  openSideDraws,
  relabellingKeys,
} from '../../../../operators/curation/drift/side-draws.ts';
import { vectorsInMemory } from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import type { VectorSet } from '../../../../operators/evaluation/vectors/vector-set.ts';
import { seededRandom } from '../../../../operators/random.ts';

interface Made {
  readonly rows: readonly (readonly number[])[];
  readonly labels?: readonly number[] | undefined;
  readonly classes?: readonly string[] | undefined;
}

/** Vectors of length 1. */
function setOf(name: string, { rows, labels, classes = ['a', 'b'] }: Made, block = 7): VectorSet {
  return vectorsInMemory(
    {
      name,
      classes,
      ids: rows.map((_, at) => `${name}${at}`),
      labels: Int32Array.from(labels ?? rows.map(() => 0)),
      dim: rows[0]?.length ?? 1,
      rows: Float32Array.from(rows.flat()),
    },
    block,
  );
}

/** Normal rows around a point, of length 1. */
function rowsAround(
  count: number,
  centre: readonly number[],
  spread: number,
  ...keys: (string | number)[]
): number[][] {
  const random = seededRandom('drift rows', ...keys);
  return Array.from({ length: count }, () => {
    const row = centre.map((x) => x + spread * random.normal());
    const length = Math.hypot(...row);
    return Array.from(Float32Array.from(row, (x) => x / length));
  });
}

const point = [1, 0, 0, 0];
const alternating = (count: number): number[] => Array.from({ length: count }, (_, at) => at % 2);

function rowOf(
  rows: readonly DriftRow[],
  statistic: DriftStatistic,
  name: string | null = null,
): DriftRow {
  return rows.find((row) => row.statistic === statistic && row.class === name)!;
}

const square = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, d) => sum + (x - b[d]!) ** 2, 0);

/** The unbiased estimate, pair by pair. `isNew` says the side of each row. */
function plainMmd(all: readonly number[][], isNew: readonly boolean[], bandwidth: number): number {
  const [sums, counts] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  for (const [i, a] of all.entries()) {
    for (const [j, b] of all.entries()) {
      if (i === j) continue;
      const kind = Number(isNew[i]) + Number(isNew[j]);
      sums[kind]! += Math.exp(-square(a, b) / (2 * bandwidth ** 2));
      counts[kind]! += 1;
    }
  }
  return sums[0]! / counts[0]! + sums[2]! / counts[2]! - (2 * sums[1]!) / counts[1]!;
}

function plainShift(all: readonly number[][], isNew: readonly boolean[]): number {
  const mean = (side: boolean): number[] => {
    const own = all.filter((_, at) => isNew[at] === side);
    return all[0]!.map((_, d) => own.reduce((sum, row) => sum + row[d]!, 0) / own.length);
  };
  return square(mean(true), mean(false));
}

/** Sides of every relabelling, as the test draws them. */
function relabelled(count: number, newRows: number, keys: Uint32Array): boolean[][] {
  const draws = openSideDraws(keys, count, newRows);
  const sides = Array.from({ length: keys.length / 2 }, () => [] as boolean[]);
  const out = new Float64Array(sides.length);
  for (let row = 0; row < count; row += 1) {
    drawSides(draws, row, out, 0);
    for (const [at, side] of sides.entries()) side.push(out[at] === 1);
  }
  return sides;
}

test('values and p-values of both tests are those of a loop over all pairs and relabellings', async (t) => {
  const [old, fresh] = [
    rowsAround(41, point, 0.5, 'loop', 'old'),
    rowsAround(38, [1, 0.3, 0, 0], 0.5, 'loop', 'new'),
  ];
  const options = { layer: 'projection', permutations: 59, seed: 3, examples: 0 } as const;
  const { rows } = await vectorDrift(
    setOf('o', { rows: old }),
    setOf('n', { rows: fresh }),
    options,
  );
  const all = [...old, ...fresh];
  const isNew = all.map((_, at) => at >= old.length);
  const { bandwidth, ...mmd2 } = rowOf(rows, 'mmd2');
  const distances = all.flatMap((a, i) => all.slice(0, i).map((b) => Math.sqrt(square(a, b))));
  distances.sort((a, b) => a - b);
  t.true(Math.abs(bandwidth! - distances[(distances.length - 1) >> 1]!) < 1e-12);
  const plain = {
    mmd2: (sides: readonly boolean[]) => plainMmd(all, sides, bandwidth!),
    mean_shift: (sides: readonly boolean[]) => plainShift(all, sides),
  };
  for (const [name, row] of [
    ['kernel', mmd2],
    ['mean', rowOf(rows, 'mean_shift')],
  ] as const) {
    const statistic = plain[row.statistic as 'mmd2' | 'mean_shift'];
    const observed = statistic(isNew);
    t.true(Math.abs(row.value! - observed) < 1e-12, row.statistic);
    const drawn = relabelled(all.length, fresh.length, relabellingKeys(59, name, 3, 0));
    const asLarge = drawn.filter((sides) => statistic(sides) >= observed - 1e-12).length;
    t.is(row.p, (1 + asLarge) / 60);
  }
});

test('every relabelling gives NEW its number of rows, and every row as often', (t) => {
  const [count, newRows, relabellings] = [12, 5, 4000];
  const sides = relabelled(count, newRows, relabellingKeys(relabellings, 'count'));
  t.true(sides.every((one) => one.filter(Boolean).length === newRows));
  // Four and a half standard deviations of a binomial count; pairs tell rows that go together.
  const within = (found: number, share: number): boolean =>
    Math.abs(found - relabellings * share) < 4.5 * Math.sqrt(relabellings * share * (1 - share));
  for (let a = 0; a < count; a += 1) {
    t.true(within(sides.filter((one) => one[a]).length, newRows / count), `${a}`);
    for (let b = 0; b < a; b += 1) {
      const share = (newRows * (newRows - 1)) / (count * (count - 1));
      t.true(within(sides.filter((one) => one[a] && one[b]).length, share), `${a}, ${b}`);
    }
  }
});

test('the result depends on neither blocks, threads nor memory', async (t) => {
  const old = { rows: rowsAround(90, point, 0.6, 'same', 'old'), labels: alternating(90) };
  const fresh = { rows: rowsAround(75, point, 0.8, 'same', 'new'), labels: alternating(75) };
  const drift = async (block: number, rest: object): Promise<unknown> =>
    await vectorDrift(setOf('o', old, block), setOf('n', fresh, block), {
      layer: 'embedding',
      permutations: 29,
      sample: 40,
      ...rest,
    });
  const first = await drift(1000, { threads: 0 });
  t.deepEqual(await drift(1, { threads: 0, memoryMb: 0.004 }), first);
  t.deepEqual(await drift(13, { threads: 3, memoryMb: 0.009 }), first);
  t.notDeepEqual(await drift(13, { threads: 0, seed: 1 }), first);
});

test('of sets of one distribution one in twenty is called changed', async (t) => {
  const problems = 300;
  const found = { mmd2: 0, mean_shift: 0, chi_square: 0, share: 0 };
  for (let problem = 0; problem < problems; problem += 1) {
    const random = seededRandom('null labels', problem);
    const side = (name: string, count: number): VectorSet =>
      setOf(name, {
        rows: rowsAround(count, point, 0.7, 'null', problem, name),
        labels: Array.from({ length: count }, () => random.below(2)),
      });
    const options = { layer: 'projection', permutations: 99, examples: 0, seed: problem } as const;
    const { rows } = await vectorDrift(side('o', 14), side('n', 11), { ...options, threads: 0 });
    for (const { class: name, statistic, p } of rows) {
      if (name === null && p! <= 0.05) found[statistic] += 1;
    }
  }
  // Of 300 draws of 0.05: outside 3 to 31 once in 20,000 times. Counts of classes are coarse, and err on the safe side.
  t.true(found.mmd2 >= 3 && found.mmd2 <= 31, `${found.mmd2}`);
  t.true(found.mean_shift >= 3 && found.mean_shift <= 31, `${found.mean_shift}`);
  t.true(found.chi_square <= 31, `${found.chi_square}`);
});

test('a class that has moved is found, and no other', async (t) => {
  const labels = alternating(120);
  const side = (name: string, centre: readonly number[]): VectorSet =>
    setOf(name, {
      rows: labels.map(
        (label, at) => rowsAround(1, label === 0 ? point : centre, 0.3, 'moved', name, at)[0]!,
      ),
      labels,
    });
  const { rows } = await vectorDrift(side('o', [0, 1, 0, 0]), side('n', [0, 1, 0.9, 0]), {
    layer: 'projection',
    // One class in 200 that has not moved is found none the less.
    permutations: 1999,
    alpha: 0.005,
  });
  for (const statistic of ['mmd2', 'mean_shift'] as const) {
    t.true(rowOf(rows, statistic).significant);
    t.true(rowOf(rows, statistic, 'b').significant);
    t.false(rowOf(rows, statistic, 'a').significant);
    t.true(rowOf(rows, statistic, 'b').pAdjusted! >= rowOf(rows, statistic, 'b').p!);
  }
  t.is(rowOf(rows, 'chi_square').p, 1);
});

test('rows that spread around the same mean are a change to the kernel', async (t) => {
  const rows = (spread: number): number[][] => {
    const drawn = rowsAround(60, point, spread, 'spread', spread);
    // With its mirror image in the first axis each row leaves the mean there.
    return drawn.flatMap(([x, y, z, w]) => [
      [x!, y!, z!, w!],
      [-x!, -y!, -z!, -w!],
    ]);
  };
  const { rows: found } = await vectorDrift(
    setOf('o', { rows: rows(0.1) }),
    setOf('n', { rows: rows(1) }),
    { layer: 'projection', permutations: 199 },
  );
  t.is(rowOf(found, 'mmd2').p, 1 / 200);
  t.true(rowOf(found, 'mean_shift').p! > 0.2);
});

test('the same vectors in another order have not changed: 0, with a p of 1', async (t) => {
  const rows = rowsAround(50, point, 0.5, 'self');
  const labels = alternating(50);
  const old = setOf('o', { rows, labels });
  const order = Array.from(rows.keys()).reverse();
  const fresh = setOf('n', {
    rows: order.map((at) => rows[at]!),
    labels: order.map((at) => labels[at]!),
  });
  // Fewer than there are: a sample of each side would differ.
  const drift = await vectorDrift(old, fresh, { layer: 'projection', sample: 10 });
  t.true(drift.same);
  t.is(drift.rows.length, 9);
  for (const { value, p, significant } of drift.rows) {
    t.is(Math.abs(value!), 0);
    t.is(p, 1);
    t.false(significant);
  }
  t.true(drift.examples.every(({ similarity }) => Math.abs(similarity - 1) < 1e-6));
});

test('rows that are all equal, and a single class, have not changed', async (t) => {
  const side = (name: string, count: number): VectorSet =>
    setOf(name, { rows: Array.from({ length: count }, () => point), classes: ['a'] });
  const { rows } = await vectorDrift(side('o', 5), side('n', 4), { layer: 'projection' });
  const both = rows.filter(({ statistic }) => statistic !== 'chi_square');
  t.is(both.length, 5);
  for (const { value, p } of rows) t.deepEqual({ value, p }, { value: 0, p: 1 });
});

test('what has fewer than two rows on a side is null and named', async (t) => {
  const classes = ['both', 'gone', 'come', 'few', 'none'];
  const side = (name: string, labels: readonly number[]): VectorSet =>
    setOf(name, { rows: rowsAround(labels.length, point, 0.5, name), labels, classes });
  const drift = await vectorDrift(
    side('o', [0, 0, 0, 1, 1, 3, -1]),
    side('n', [0, 0, 2, 2, 3, 3, -1, -1]),
    { layer: 'projection' },
  );
  t.deepEqual(drift.onlyOld, [{ class: 'gone', oldRows: 2, newRows: 0 }]);
  t.deepEqual(drift.onlyNew, [{ class: 'come', oldRows: 0, newRows: 2 }]);
  t.deepEqual(drift.tooFew, [{ class: 'few', oldRows: 1, newRows: 2 }]);
  t.deepEqual(drift.withoutClass, { old: 1, new: 2 });
  for (const name of ['gone', 'come', 'few']) {
    for (const statistic of ['mmd2', 'mean_shift'] as const) {
      const { value, p, pAdjusted, significant, usedOld } = rowOf(drift.rows, statistic, name);
      t.deepEqual([value, p, pAdjusted, significant, usedOld], [null, null, null, null, 0]);
    }
    t.not(rowOf(drift.rows, 'share', name).p, null);
  }
  t.is(rowOf(drift.rows, 'share', 'gone').value, -2 / 6);
  t.false(drift.rows.some((row) => row.class === 'none'));
  t.not(rowOf(drift.rows, 'mmd2').value, null);

  const one = await vectorDrift(side('o', [0]), side('n', [0, 0, 0]), { layer: 'projection' });
  t.is(rowOf(one.rows, 'mmd2').value, null);
  t.is(rowOf(one.rows, 'mean_shift').p, null);
  t.is(one.examples.length, 3);
});

test('without classes on a side only the vectors are tested', async (t) => {
  const rows = rowsAround(9, point, 0.5, 'unlabelled');
  const old = setOf('o', { rows });
  const fresh = setOf('n', { rows: rows.slice(2), labels: rows.slice(2).map(() => -1) });
  const drift = await vectorDrift(old, fresh, { layer: 'projection' });
  t.not(rowOf(drift.rows, 'mmd2').p, null);
  t.is(rowOf(drift.rows, 'chi_square').value, null);
  t.is(rowOf(drift.rows, 'share', 'a').p, null);
});

test('examples are the rows of NEW with the lowest similarity to their nearest of OLD', async (t) => {
  const [old, fresh] = [rowsAround(20, point, 1, 'ex', 1), rowsAround(30, point, 1, 'ex', 2)];
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, x, d) => sum + x * b[d]!, 0);
  const expected = fresh
    .map((row, at) => {
      const similarities = old.map((other) => dot(row, other));
      const similarity = Math.max(...similarities);
      const nearestId = `o${similarities.indexOf(similarity)}`;
      return { id: `n${at}`, class: 'a', similarity, nearestId, nearestClass: 'a' };
    })
    .sort((a, b) => a.similarity - b.similarity)
    .slice(0, 4);
  const { examples } = await vectorDrift(setOf('o', { rows: old }), setOf('n', { rows: fresh }), {
    layer: 'projection',
    examples: 4,
  });
  t.deepEqual([...examples], expected);
});

test('options out of their range and rows of another length are refused', async (t) => {
  const set = setOf('o', { rows: rowsAround(4, point, 1, 'range') });
  const other = setOf('n', { rows: rowsAround(4, [1, 0], 1, 'range') });
  const layer = 'projection';
  await t.throwsAsync(vectorDrift(set, other, { layer }), {
    message: /length 4 like those of `o`/u,
  });
  for (const [name, value] of [
    ['permutations', 0],
    ['sample', 1],
    ['alpha', 1],
    ['examples', -1],
  ] as const) {
    await t.throwsAsync(vectorDrift(set, set, { layer, [name]: value }), {
      instanceOf: RangeError,
      message: new RegExp(`Expected \`${name}\``, 'u'),
    });
  }
});

test('an abort ends it with its reason', async (t) => {
  const set = (name: string): VectorSet =>
    setOf(name, { rows: rowsAround(30, point, 1, 'abort', name) });
  const controller = new AbortController();
  const reason = new Error('enough');
  const drift = vectorDrift(set('o'), set('n'), {
    layer: 'projection',
    signal: controller.signal,
    onProgress: () => controller.abort(reason),
  });
  t.is(await t.throwsAsync(drift), reason);
});

const python = process.env['SINCERE_PYTHON'] ?? 'python3';

const numpyDrift = `
import json, sys, numpy as np
given = json.loads(sys.argv[1])
x, y = (np.array(given[side], dtype=np.float32).astype(np.float64) for side in ('old', 'new'))
z, m, n = np.concatenate([x, y]), len(x), len(y)
d2 = np.maximum(0, (z**2).sum(1)[:, None] + (z**2).sum(1)[None] - 2 * z @ z.T)
d = np.sqrt(d2[np.triu_indices(m + n, 1)])
bandwidth = np.sort(d)[(len(d) - 1) // 2]
k = np.exp(-d2 / (2 * bandwidth**2)); np.fill_diagonal(k, 0)
def mmd(new):
    old = ~new
    return k[np.ix_(old, old)].sum() / (m * (m - 1)) + k[np.ix_(new, new)].sum() / (n * (n - 1)) - 2 * k[np.ix_(old, new)].mean()
def shift(new):
    return ((z[new].mean(0) - z[~new].mean(0))**2).sum()
new = np.arange(m + n) >= m
random = np.random.default_rng(0)
drawn = [random.permutation(new) for _ in range(1999)]
def tested(statistic):
    value = statistic(new)
    return [value, (1 + sum(statistic(one) >= value for one in drawn)) / 2000]
print(json.dumps({'bandwidth': bandwidth, 'mmd2': tested(mmd), 'mean_shift': tested(shift)}))
`;

test('NumPy finds the same values, and p-values of other relabellings within their error', async (t) => {
  const [old, fresh] = [
    rowsAround(60, point, 0.5, 'numpy', 'old'),
    rowsAround(45, [1, 0.16, 0, 0], 0.5, 'numpy', 'new'),
  ];
  const run = promisify(execFile);
  const answer = await run(python, ['-c', numpyDrift, JSON.stringify({ old, new: fresh })]).catch(
    (error: Error) => error,
  );
  if (answer instanceof Error) {
    t.true(/numpy|ENOENT/u.test(answer.message), answer.message);
    t.log(`not compared: \`${python}\` has no NumPy; name one that has in SINCERE_PYTHON`);
    return;
  }
  const found = JSON.parse(answer.stdout) as Record<'mmd2' | 'mean_shift', [number, number]> & {
    bandwidth: number;
  };
  const { rows } = await vectorDrift(setOf('o', { rows: old }), setOf('n', { rows: fresh }), {
    layer: 'projection',
    permutations: 1999,
    examples: 0,
  });
  t.true(Math.abs(rowOf(rows, 'mmd2').bandwidth! - found.bandwidth) < 1e-9);
  for (const statistic of ['mmd2', 'mean_shift'] as const) {
    const { value, p } = rowOf(rows, statistic);
    const [expected, expectedP] = found[statistic];
    t.true(Math.abs(value! - expected) < 1e-9, statistic);
    // Two independent shares of 1,999: five standard deviations of their difference.
    const off = 5 * Math.sqrt((2 * expectedP * (1 - expectedP)) / 1999) + 0.002;
    t.true(Math.abs(p! - expectedP) < off, `${statistic}: ${p}, ${expectedP}`);
  }
});
