import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {
  selectVectors,
  type VectorSelection,
} from '../../../../operators/curation/selection/select-vectors.ts';
import type { SelectVectorsOptions } from '../../../../operators/curation/selection/selection-options.ts';
import { unitVectors } from '../../../../operators/evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../../../../operators/evaluation/vectors/vector-set.ts';
import { vectorsInMemory } from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';
import { unitRows } from '../../../helpers/unit-rows.ts';

const dim = 4;

function setOf(rows: Float32Array, size = dim, blockRows = 7, prefix = 'row'): VectorSet {
  const count = rows.length / size;
  const ids = Array.from({ length: count }, (_, at) => `${prefix} ${at}`);
  const labels = new Int32Array(count).fill(-1);
  const given = { name: prefix, classes: [], ids, labels, dim: size, rows };
  return vectorsInMemory(given, blockRows);
}

const select = (
  set: VectorSet,
  options: Partial<SelectVectorsOptions> & { readonly count: number },
): Promise<VectorSelection> => selectVectors(set, { layer: 'embedding', threads: 0, ...options });

/** Rows of small whole numbers, of which many are equal or as far from each other. */
const gridRows = fc
  .array(fc.array(fc.integer({ min: -2, max: 2 }), { minLength: dim, maxLength: dim }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((rows) => rows.map((row) => (row.some((value) => value !== 0) ? row : [1, 0, 0, 0])));

async function unitOf(rows: Float32Array): Promise<Float32Array[]> {
  const found: Float32Array[] = [];
  for await (const { rows: block } of unitVectors(setOf(rows), 'embedding').blocks()) {
    for (let at = 0; at < block.length; at += dim) found.push(block.slice(at, at + dim));
  }
  return found;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let d = 0; d < a.length; d += 1) sum += a[d]! * b[d]!;
  return sum;
}

/** By definition, in plain numbers: all rows are looked at for each choice. */
function naiveKCentre(
  rows: readonly Float32Array[],
  count: number,
  labelled: readonly Float32Array[] = [],
): { readonly order: number[]; readonly distances: number[] } {
  const mean = Array.from({ length: dim }, (_, d) => rows.reduce((sum, row) => sum + row[d]!, 0));
  const order: number[] = [];
  const distances: number[] = [];
  const centres = [...labelled];
  while (order.length < count) {
    const near = rows.map((row) =>
      centres.length === 0 ? -dot(row, mean) : Math.max(...centres.map((one) => dot(row, one))),
    );
    const free = [...rows.keys()].filter((at) => !order.includes(at));
    const next = free.reduce((best, at) => (near[at]! < near[best]! ? at : best));
    distances.push(centres.length === 0 ? NaN : Math.min(2, Math.max(0, 1 - near[next]!)));
    order.push(next);
    centres.push(rows[next]!);
  }
  return { order, distances };
}

test('k-centre takes the farthest row each time, the first of equal ones, whatever the rows', async (t) => {
  await fc.assert(
    fc.asyncProperty(gridRows, fc.nat(), async (given, some) => {
      const rows = Float32Array.from(given.flat());
      const count = 1 + (some % given.length);
      const { positions, distances } = await select(setOf(rows), { count });
      const expected = naiveKCentre(await unitOf(rows), count);
      t.deepEqual([...positions], expected.order);
      t.deepEqual([...distances], expected.distances);
    }),
    { seed: 20, numRuns: 40 },
  );
});

test('k-centre begins away from labelled rows, and continues a selection that is given as labelled', async (t) => {
  const rows = unitRows(60, dim, 'labelled');
  const whole = await select(setOf(rows), { count: 30 });
  const started = [...whole.positions.subarray(0, 10)];
  const labelled = {
    ...setOf(
      Float32Array.from(started.flatMap((at) => [...rows.subarray(at * dim, at * dim + dim)])),
    ),
    id: (at: number) => `row ${started[at]!}`,
  };
  const rest = await select(setOf(rows), { count: 20, labelled });
  t.deepEqual([...rest.positions], [...whole.positions.subarray(10)]);
  t.deepEqual([...rest.distances], [...whole.distances.subarray(10)]);
  t.like(rest, { excluded: 10, selectable: 50 });
  t.deepEqual(
    rest.coverage.map(({ chosen }) => chosen),
    [0, 1, 2, 4, 8, 16, 20],
  );
  t.deepEqual({ ...rest.coverage.at(-1), chosen: 30 }, { ...whole.coverage.at(-1) });
  const others = setOf(unitRows(5, dim, 'others'), dim, 3, 'other');
  const away = await select(setOf(rows), { count: 60, labelled: others });
  const expected = naiveKCentre(await unitOf(rows), 60, await unitOf(unitRows(5, dim, 'others')));
  t.deepEqual([...away.positions], expected.order);
});

test('coverage is the distance of all rows to the nearest chosen, at powers of two and at the end', async (t) => {
  const rows = unitRows(50, dim, 'coverage');
  const units = await unitOf(rows);
  for (const method of ['k-centre', 'k-means++'] as const) {
    const { coverage, positions } = await select(setOf(rows), { count: 11, method });
    t.deepEqual(
      coverage.map(({ chosen }) => chosen),
      [1, 2, 4, 8, 11],
    );
    for (const { chosen, max, mean } of coverage) {
      const centres = Array.from(positions.subarray(0, chosen), (at) => units[at]!);
      const distances = units.map((row) => 1 - Math.max(...centres.map((one) => dot(row, one))));
      t.true(Math.abs(Math.max(...distances) - max) < 1e-6);
      t.true(Math.abs(distances.reduce((sum, one) => sum + one, 0) / 50 - mean) < 1e-6);
    }
  }
});

test('threads, blocks and memory do not change a selection, and a longer one begins with the same rows', async (t) => {
  const rows = unitRows(300, dim, 'same');
  for (const method of ['k-centre', 'k-means++'] as const) {
    const expected = await select(setOf(rows), { count: 100, method, seed: 3 });
    const other = { count: 100, method, seed: 3, threads: 2, memoryMb: 0.02 };
    t.deepEqual(await select(setOf(rows, dim, 64), other), expected);
    const longer = await select(setOf(rows), { count: 150, method, seed: 3 });
    t.deepEqual(longer.positions.subarray(0, 100), expected.positions);
    t.deepEqual(longer.distances.subarray(0, 100), expected.distances);
  }
});

test('as many as there are rows are all of them, each once, and nothing is left to cover', async (t) => {
  for (const method of ['k-centre', 'k-means++'] as const) {
    const { positions, coverage } = await select(setOf(unitRows(37, dim, 'all')), {
      count: 37,
      method,
    });
    t.deepEqual(
      positions.toSorted(),
      Int32Array.from({ length: 37 }, (_, at) => at),
    );
    t.deepEqual(coverage.at(-1), { chosen: 37, max: 0, mean: 0 });
  }
});

test('of equal rows the first are taken', async (t) => {
  const rows = Float32Array.from({ length: 20 * dim }, (_, at) => [0.3, 0.1, 0.7, -0.2][at % dim]!);
  const centre = await select(setOf(rows), { count: 5 });
  t.deepEqual([...centre.positions], [0, 1, 2, 3, 4]);
  const { positions, distances } = await select(setOf(rows), { count: 5, method: 'k-means++' });
  const rest = Array.from({ length: 20 }, (_, at) => at).filter((at) => at !== positions[0]);
  t.deepEqual([...positions.subarray(1)], rest.slice(0, 4));
  t.true(distances.subarray(1).every((distance) => distance < 1e-6));
});

test('k-means++ draws by the square of the distance to the nearest chosen row', async (t) => {
  const rows = Float32Array.from([1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, -1, 0, 1, 0]);
  const units = await unitOf(rows);
  const expected = new Map<string, number>();
  const chance = (chosen: readonly number[], probability: number): void => {
    if (chosen.length === 3) {
      expected.set(chosen.join(' '), probability);
      return;
    }
    const squares = units.map((row, at) =>
      chosen.includes(at) ? 0 : 2 - 2 * Math.max(...chosen.map((one) => dot(row, units[one]!))),
    );
    const total = squares.reduce((sum, one) => sum + one, 0);
    for (const [at, square] of squares.entries()) {
      if (!chosen.includes(at)) chance([...chosen, at], (probability * square) / total);
    }
  };
  for (const first of units.keys()) chance([first], 1 / units.length);
  const runs = 240;
  const seen = new Map<string, number>();
  for (let seed = 0; seed < runs; seed += 1) {
    const { positions } = await select(setOf(rows), { count: 3, method: 'k-means++', seed });
    const key = positions.join(' ');
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  let chiSquare = 0;
  for (const [key, probability] of expected) {
    chiSquare += ((seen.get(key) ?? 0) - runs * probability) ** 2 / (runs * probability);
  }
  const freedom = expected.size - 1;
  // Five standard deviations of chi-square above its mean.
  t.true(chiSquare < freedom + 5 * Math.sqrt(2 * freedom), `${chiSquare} of ${freedom}`);
});

test('a count above the rows that are left is refused, saying how many there are', async (t) => {
  const set = setOf(unitRows(6, dim, 'six'));
  await t.throwsAsync(select(set, { count: 7 }), {
    instanceOf: RangeError,
    message: 'Expected `count` to be at most 6, the rows of `row`, got `7`',
  });
  const labelled = setOf(unitRows(2, dim, 'two'));
  await t.throwsAsync(select(set, { count: 5, labelled }), {
    instanceOf: RangeError,
    message: /at most 4, the rows of `row` whose ids are not in `row`/u,
  });
});

test('an abort ends a selection', async (t) => {
  const controller = new AbortController();
  const onProgress = (): void => controller.abort(new Error('enough'));
  const options = { count: 50, signal: controller.signal, onProgress };
  await t.throwsAsync(select(setOf(unitRows(99, dim, 'abort')), options), { message: 'enough' });
});

const python = process.env['SINCERE_PYTHON'] ?? 'python3';

const script = `
import numpy, sys
rows = numpy.fromfile(sys.argv[1], dtype='<f4').reshape(-1, int(sys.argv[2])).astype('f8')
chosen = [int(numpy.argmax(rows @ rows.sum(axis=0)))]
near = rows @ rows[chosen[0]]
while len(chosen) < int(sys.argv[3]):
    near[chosen] = numpy.inf
    chosen.append(int(numpy.argmin(near)))
    near = numpy.maximum(near, rows @ rows[chosen[-1]])
print(*chosen)
`;

test('k-centre chooses as NumPy does, more rows than are looked at between two passes', async (t) => {
  try {
    execFileSync(python, ['-c', 'import numpy'], { stdio: 'ignore' });
  } catch {
    t.log(`not compared: \`${python}\` has no NumPy; name one that has in SINCERE_PYTHON`);
    t.pass();
    return;
  }
  const rows = unitRows(6000, 8, 'numpy');
  const file = path.join(await temporaryFolder(t), 'rows');
  await fs.writeFile(file, rows);
  const said = execFileSync(python, ['-c', script, file, '8', '500'], { encoding: 'utf8' });
  const set = setOf(rows, 8, 1000);
  const { positions } = await select(set, { count: 500, layer: 'projection' });
  t.is(positions.join(' '), said.trim());
});
