import test from 'ava';
import { microBatches } from '../../../../operators/engine/eager/micro-batches.ts';

/** Images of two values, `[0, 1]`, `[2, 3]` … */
function cut(images: number, atOnce: number): readonly (readonly [number, number, number[]])[] {
  const pixels = Float32Array.from({ length: 2 * images }, (_, at) => at);
  return [...microBatches(pixels, images, atOnce)].map(({ first, count, pixels }) => [
    first,
    count,
    [...pixels],
  ]);
}

test('every part has as many images, the last one repeats its last image', (t) => {
  t.deepEqual(cut(3, 2), [
    [0, 2, [0, 1, 2, 3]],
    [2, 1, [4, 5, 4, 5]],
  ]);
  t.deepEqual(cut(1, 3), [[0, 1, [0, 1, 0, 1, 0, 1]]]);
  t.deepEqual(cut(2, 2), [[0, 2, [0, 1, 2, 3]]]);
});

test('a part that is full is the array that was given', (t) => {
  const pixels = new Float32Array(8);
  const [only] = microBatches(pixels, 4, 4);
  t.is(only!.pixels.buffer, pixels.buffer);
});
