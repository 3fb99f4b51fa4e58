import test from 'ava';
import {
  fixedMicroBatch,
  microBatches,
  type MicroBatchSizes,
} from '../../../../operators/engine/interface/micro-batches.ts';

/** Images of two values, `[0, 1]`, `[2, 3]` … */
function cut(
  images: number,
  sizes: MicroBatchSizes,
): readonly (readonly [number, number, number[]])[] {
  const pixels = Float32Array.from({ length: 2 * images }, (_, at) => at);
  // Looked at one by one: they may share their memory.
  return Array.from(microBatches(pixels, images, sizes), ({ first, count, pixels }) => [
    first,
    count,
    [...pixels],
  ]);
}

test('every part has as many images, the last one repeats its last image', (t) => {
  t.deepEqual(cut(3, fixedMicroBatch(2)), [
    [0, 2, [0, 1, 2, 3]],
    [2, 1, [4, 5, 4, 5]],
  ]);
  t.deepEqual(cut(1, fixedMicroBatch(3)), [[0, 1, [0, 1, 0, 1, 0, 1]]]);
  t.deepEqual(cut(2, fixedMicroBatch(2)), [[0, 2, [0, 1, 2, 3]]]);
});

test('a part may be filled up to less than the others', (t) => {
  const even = (images: number): number => 2 * Math.ceil(images / 2);
  t.deepEqual(cut(5, { most: 4, filledTo: even }), [
    [0, 4, [0, 1, 2, 3, 4, 5, 6, 7]],
    [4, 1, [8, 9, 8, 9]],
  ]);
  t.deepEqual(cut(2, { most: 1, filledTo: even }), [
    [0, 1, [0, 1, 0, 1]],
    [1, 1, [2, 3, 2, 3]],
  ]);
});

test('a part that is full is the array that was given', (t) => {
  const pixels = new Float32Array(8);
  const [only] = microBatches(pixels, 4, fixedMicroBatch(4));
  t.is(only!.pixels.buffer, pixels.buffer);
});
