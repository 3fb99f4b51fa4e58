import test from 'ava';
import { vectorsInMemory } from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import { vectorsOf } from '../../../helpers/plain-neighbours.ts';

const vectors = vectorsOf('s', 1, Float32Array.of(1, 2, 3), Int32Array.of(0, 0, 1));

test('gives its rows in blocks, as often as they are asked for', async (t) => {
  const set = vectorsInMemory(vectors, 2);
  for (let read = 0; read < 2; read += 1) {
    const blocks: [number, number[]][] = [];
    for await (const { first, rows } of set.blocks()) blocks.push([first, [...rows]]);
    t.deepEqual(blocks, [
      [0, [1, 2]],
      [2, [3]],
    ]);
  }
});

test('refuses sizes that do not fit, and positions that are not there', (t) => {
  t.throws(() => vectorsInMemory({ ...vectors, dim: 2 }), {
    instanceOf: RangeError,
    message:
      'Expected `s` to have a label and 2 numbers for each of 3 ids, got `3` labels and `3` numbers',
  });
  t.throws(() => vectorsInMemory(vectors).id(3), {
    instanceOf: RangeError,
    message: 'Expected a position from 0 to 2 in `s`, got `3`',
  });
});
