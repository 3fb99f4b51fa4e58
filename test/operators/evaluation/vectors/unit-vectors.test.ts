import test from 'ava';
import { PipelineError } from '../../../../operators/errors.ts';
import { unitVectors } from '../../../../operators/evaluation/vectors/unit-vectors.ts';
import { vectorsInMemory } from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import type { VectorSet } from '../../../../operators/evaluation/vectors/vector-set.ts';
import { vectorsOf } from '../../../helpers/plain-neighbours.ts';

const setOf = (...rows: readonly number[]): VectorSet =>
  vectorsInMemory(vectorsOf('s', 2, Float32Array.from(rows), new Int32Array(rows.length / 2)), 1);

async function rowsOf(set: VectorSet): Promise<number[]> {
  const rows: number[] = [];
  for await (const block of set.blocks()) rows.push(...block.rows);
  return rows;
}

test('scales an embedding to length 1, and leaves the set as it was', async (t) => {
  const set = setOf(3, 4, 0, -2);
  t.deepEqual(await rowsOf(unitVectors(set, 'embedding')), [
    Math.fround(0.6),
    Math.fround(0.8),
    0,
    -1,
  ]);
  t.deepEqual(await rowsOf(set), [3, 4, 0, -2]);
});

test('leaves a projection alone', async (t) => {
  t.deepEqual(await rowsOf(unitVectors(setOf(1.0005, 0), 'projection')), [Math.fround(1.0005), 0]);
});

test('names the image and the set whose row cannot be compared', async (t) => {
  for (const [layer, rows, expected] of [
    ['embedding', [1, 0, 0, 0], 'a finite length above 0, got `0`'],
    ['embedding', [1, 0, Number.NaN, 0], 'a finite length above 0, got `NaN`'],
    ['projection', [1, 0, 0.5, 0], 'length 1, got `0.5`'],
  ] as const) {
    const error = await t.throwsAsync<PipelineError>(rowsOf(unitVectors(setOf(...rows), layer)), {
      instanceOf: PipelineError,
      code: 'ERR_FORMAT',
      message: `Expected the \`${layer}\` of \`s1\` in \`s\` to have ${expected}`,
    });
    t.is(error.sample, 's1');
  }
});

test('names an image in one line, whatever its id is', async (t) => {
  const set: VectorSet = { ...setOf(1, 0, 0, 0), id: () => 'a\n\u202Eb' };
  await t.throwsAsync(rowsOf(unitVectors(set, 'embedding')), { message: /`a\\n\\u202eb` in `s`/u });
});
