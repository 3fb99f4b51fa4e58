import test from 'ava';
import fc from 'fast-check';
import { chunkSizes } from '../../../operators/loading/chunk-sizes.ts';

/** Time of a chunk whose images took so long each. */
const chunk = (images: number, imageMs: number) => ({
  images,
  readMs: 0,
  decodeMs: images * imageMs,
  viewsMs: 0,
});

test('the first chunk is one image, later ones hold what takes a few milliseconds', (t) => {
  const sizes = chunkSizes();
  t.is(sizes.next(256, 2), 1);
  sizes.measured(chunk(1, 0.4));
  t.is(sizes.next(256, 2), 40);
  for (let round = 0; round < 100; round += 1) sizes.measured(chunk(1, 40));
  t.is(sizes.next(256, 2), 1);
});

test('one slow image changes little, and a chunk of failed images nothing', (t) => {
  const sizes = chunkSizes();
  sizes.measured(chunk(10, 0.4));
  sizes.measured(chunk(0, 0));
  t.is(sizes.next(256, 2), 40);
  sizes.measured(chunk(1, 0.9));
  t.is(sizes.next(256, 2), 32);
});

test('a chunk has an image at least, and no more than a thread has a share of', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 1, max: 64 }),
      fc.array(
        fc.record({ images: fc.nat(64), imageMs: fc.double({ min: 0, max: 100, noNaN: true }) }),
      ),
      (images, threads, times) => {
        const sizes = chunkSizes();
        for (const { images, imageMs } of times) sizes.measured(chunk(images, imageMs));
        const size = sizes.next(images, threads);
        return (
          Number.isInteger(size) && size >= 1 && size <= 64 && size <= Math.ceil(images / threads)
        );
      },
    ),
  );
  t.pass();
});
