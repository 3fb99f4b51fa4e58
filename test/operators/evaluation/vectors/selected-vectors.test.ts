import test from 'ava';
import {
  selectedVectors,
  vectorsWithClass,
} from '../../../../operators/evaluation/vectors/selected-vectors.ts';
import { vectorsInMemory } from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import { vectorsOf } from '../../../helpers/plain-neighbours.ts';

const labels = Int32Array.of(1, -1, 0, 2, -1, 1, 0);
const rows = Float32Array.from({ length: 14 }, (_, at) => at);
const set = vectorsInMemory(vectorsOf('s', 2, rows, labels), 3);

test('gives the rows at the positions, and where they were', async (t) => {
  const selected = selectedVectors(set, Int32Array.of(0, 2, 6));
  const blocks: { first: number; rows: number[] }[] = [];
  for await (const block of selected.blocks()) {
    blocks.push({ first: block.first, rows: [...block.rows] });
  }
  // Of the second block nothing is selected.
  t.deepEqual(blocks, [
    { first: 0, rows: [0, 1, 4, 5] },
    { first: 2, rows: [12, 13] },
  ]);
  t.is(selected.count, 3);
  t.deepEqual(selected.labels, Int32Array.of(1, 0, 0));
  t.is(selected.id(2), 's6');
  t.throws(() => selected.id(3), { instanceOf: RangeError, message: /from 0 to 2 among those/ });
});

test('the digest of a file stays with its row', (t) => {
  const digests = Uint8Array.from({ length: 7 * 32 }, (_, at) => Math.floor(at / 32));
  const selected = selectedVectors({ ...set, digests }, Int32Array.of(2, 6));
  t.deepEqual(
    selected.digests,
    Uint8Array.from({ length: 64 }, (_, at) => (at < 32 ? 2 : 6)),
  );
  t.is(selectedVectors(set, Int32Array.of(2)).digests, undefined);
});

test('leaves out rows without a class', (t) => {
  const known = vectorsWithClass(set);
  t.deepEqual(known.positions, Int32Array.of(0, 2, 3, 5, 6));
  t.deepEqual(known.labels, Int32Array.of(1, 0, 2, 1, 0));
});

test('refuses positions that are not ascending or not there', (t) => {
  for (const positions of [Int32Array.of(1, 1), Int32Array.of(2, 1), Int32Array.of(7)]) {
    t.throws(() => selectedVectors(set, positions), {
      instanceOf: RangeError,
      message: /ascending positions from 0 to 6 in `s`/,
    });
  }
});
