import test from 'ava';
import fc from 'fast-check';
import {
  type SuspectLabels,
  suspectLabels,
} from '../../../../operators/curation/suspects/suspect-labels.ts';
import type { SuspectLabelsOptions } from '../../../../operators/curation/suspects/suspect-options.ts';
import {
  type VectorsInMemory,
  vectorsInMemory,
} from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import { unitRows } from '../../../helpers/unit-rows.ts';

const classes = ['ant', 'bee', 'cat'];
const dim = 5;

function given(labels: readonly number[], rows: Float32Array): VectorsInMemory {
  const ids = labels.map((_, at) => `row ${at}`);
  return { name: 'given', classes, ids, labels: Int32Array.from(labels), dim, rows };
}

async function suspectsOf(
  set: VectorsInMemory,
  options: Partial<SuspectLabelsOptions> = {},
  blockRows = 7,
): Promise<SuspectLabels> {
  const vectors = vectorsInMemory(set, blockRows);
  return suspectLabels(vectors, vectors, {
    layer: 'projection',
    leaveOneOut: true,
    threads: 0,
    ...options,
  });
}

/** Three clusters around the axes, every row with the label of its own. */
function clusters(count: number): VectorsInMemory {
  const rows = unitRows(count, dim, 'suspects');
  const labels = Array.from({ length: count }, (_, at) => at % 3);
  for (const [row, label] of labels.entries()) {
    const values = rows.subarray(row * dim, (row + 1) * dim);
    for (let d = 0; d < dim; d += 1) values[d] = 0.2 * values[d]! + (d === label ? 1 : 0);
    const length = Math.hypot(...values);
    for (let d = 0; d < dim; d += 1) values[d]! /= length;
  }
  return given(labels, rows);
}

interface NaiveRow {
  readonly shares: readonly number[];
  readonly loss: number;
}

/** By definition, in plain numbers. */
function naive({ labels, rows }: VectorsInMemory, k: number, temperature: number): NaiveRow[] {
  const similarity = (a: number, b: number): number => {
    let sum = 0;
    for (let d = 0; d < dim; d += 1) sum += rows[a * dim + d]! * rows[b * dim + d]!;
    return sum;
  };
  return Array.from(labels, (label, row) => {
    const others = Array.from(labels.keys()).filter((at) => at !== row && labels[at]! >= 0);
    const all = others.map((at) => ({ at, s: similarity(row, at), label: labels[at]! }));
    const near = all.toSorted((a, b) => b.s - a.s || a.at - b.at).slice(0, k);
    const isPositive = near.some(({ s }) => s > 0);
    const sums = classes.map((_, one) =>
      near
        .filter((other) => other.label === one)
        .reduce((sum, { s }) => sum + (isPositive ? Math.max(0, s) : 1), 0),
    );
    const total = sums.reduce((sum, value) => sum + value, 0);
    const negatives = all.filter((other) => other.label !== label);
    const positives = all.filter((other) => other.label === label);
    const terms = positives.map((p) =>
      Math.log(1 + negatives.reduce((sum, n) => sum + Math.exp((n.s - p.s) / temperature), 0)),
    );
    return {
      shares: sums.map((sum) => sum / total),
      loss: label < 0 ? NaN : terms.reduce((sum, term) => sum + term, 0) / terms.length,
    };
  });
}

test('shares, margins and losses are those of the definition', async (t) => {
  const labelled = fc.array(fc.integer({ min: -1, max: 2 }), { minLength: 3, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(labelled, fc.integer({ min: 1, max: 12 }), async (labels, k) => {
      fc.pre(labels.filter((label) => label >= 0).length > 1);
      const set = given(labels, unitRows(labels.length, dim, 'naive', k));
      const found = await suspectsOf(set, { k, temperature: 0.2 });
      for (const [row, { shares, loss }] of naive(set, k, 0.2).entries()) {
        const label = labels[row]!;
        const own = label < 0 ? NaN : shares[label]!;
        const near = (a: number, b: number): boolean => Object.is(a, b) || Math.abs(a - b) < 1e-9;
        t.true(near(found.selfConfidence[row]!, own), `${row}: ${found.selfConfidence[row]}`);
        t.true(near(found.loss[row]!, loss), `${row}: ${found.loss[row]} and ${loss}`);
        const other = Math.max(...shares.filter((_, one) => one !== label));
        if (label >= 0) t.true(near(found.margin[row]!, own - other));
        t.true(near(found.suggestedShare[row]!, shares[found.suggested[row]!]!));
      }
    }),
    { seed: 20, numRuns: 40 },
  );
});

test('labels that were exchanged are the first of the ranking, and the only suspects', async (t) => {
  const set = clusters(60);
  const wrong = [4, 17, 30];
  for (const row of wrong) set.labels[row] = (set.labels[row]! + 1) % 3;
  const { suspect, rank, suggested, pairs } = await suspectsOf(set);
  t.deepEqual(
    [...suspect.keys()].filter((row) => suspect[row] === 1),
    wrong,
  );
  t.deepEqual(
    wrong.map((row) => rank[row]!).toSorted((a, b) => a - b),
    [1, 2, 3],
  );
  for (const row of wrong) t.is(suggested[row], row % 3);
  t.is(
    pairs.reduce((sum, { suspects }) => sum + suspects, 0),
    3,
  );
});

test('threads, blocks and memory do not change the result', async (t) => {
  const set = given(
    Array.from({ length: 150 }, (_, at) => (at % 11 === 0 ? -1 : at % 3)),
    unitRows(150, dim, 'threads'),
  );
  const { support: _, ...expected } = await suspectsOf(set, { sample: 50 });
  const other = { sample: 50, threads: 2, memoryMb: 0.002 };
  const { support: __, ...found } = await suspectsOf(set, other, 64);
  t.deepEqual(found, expected);
  t.true(found.sampled);
});

test('a row without a class gets a suggestion, no rank, and no vote', async (t) => {
  const set = clusters(30);
  set.labels[5] = -1;
  const { suggested, rank, suspect, loss, neighbours } = await suspectsOf(set, { k: 3 });
  t.is(suggested[5], 2);
  t.deepEqual([rank[5], suspect[5], loss[5]], [0, 0, NaN]);
  // Positions are those among the rows with a class: row 5 is none of them.
  t.true(neighbours.every((position) => position < 29));
});

test('one class, equal rows and a k above the rows have no suspects', async (t) => {
  const one = given([0, 0, 0, 0], unitRows(4, dim, 'one'));
  const equal = given(
    [0, 0, 0],
    new Float32Array(3 * dim).map((_, at) => Number(at % dim === 0)),
  );
  for (const set of [one, equal, clusters(9)]) {
    const { suspect, neighbours, k } = await suspectsOf(set, { k: 20 });
    t.true(suspect.every((flag) => flag === 0));
    t.is(neighbours.subarray(0, k).filter((at) => at >= 0).length, set.ids.length - 1);
  }
  const { margin } = await suspectsOf(one);
  t.deepEqual([...margin], [1, 1, 1, 1]);
});

test('equal rows of two classes are near-duplicates of each other', async (t) => {
  const set = clusters(12);
  set.rows.copyWithin(4 * dim, 0, dim);
  const { duplicate, otherSimilarity } = await suspectsOf(set, { duplicate: 0.999 });
  t.deepEqual([duplicate[0], duplicate[4]], [4, 0]);
  t.true(otherSimilarity[0]! > 0.999999);
  t.is(duplicate.filter((row) => row >= 0).length, 2);
});

test('another set votes when it is given; one without labels is refused', async (t) => {
  const set = vectorsInMemory(given([1, -1], clusters(3).rows.subarray(0, 2 * dim)));
  const of = vectorsInMemory(clusters(30));
  const { suspect, suggested } = await suspectLabels(set, of, { layer: 'projection', threads: 0 });
  t.deepEqual(
    [[...suspect], [...suggested]],
    [
      [1, 0],
      [0, 1],
    ],
  );
  await t.throwsAsync(suspectsOf(given([-1, -1], unitRows(2, dim, 'none'))), {
    code: 'ERR_FORMAT',
    message: /no row with a class/u,
  });
  await t.throwsAsync(suspectsOf(clusters(6), { k: 0 }), {
    instanceOf: RangeError,
    message: /`k`/u,
  });
});
