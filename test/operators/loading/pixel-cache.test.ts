import test from 'ava';
import { keptPixels } from '../../../operators/loading/kept-pixels.ts';
import type { PixelBlock, PixelPlace } from '../../../operators/loading/load-calls.ts';
import { pixelCache } from '../../../operators/loading/pixel-cache.ts';
import { sharedInt32 } from '../../../operators/threads/shared-memory.ts';
import type { RgbImage } from '../../../operators/types.ts';

const image = (value: number, side = 2): RgbImage => ({
  width: side,
  height: side,
  data: new Uint8Array(side * side * 3).fill(value),
});

const blockOf = (number: number, bytes: number): PixelBlock => ({
  number,
  bytes: new SharedArrayBuffer(bytes),
  taken: sharedInt32(1).buffer as SharedArrayBuffer,
});

test('pixels come back as they were kept, also those that another thread kept', (t) => {
  const [one, other] = [keptPixels(), keptPixels()];
  const block = blockOf(7, 36);
  one.add(block);
  other.add(block);
  const places = [one.keep(7, image(1)), other.keep(7, image(2)), one.keep(7, image(3))];
  t.is(one.keep(7, image(4)), 'full');
  for (const [at, place] of places.entries()) {
    const { width, height, data } = other.at(place as PixelPlace, undefined);
    t.deepEqual({ width, height, data: Uint8Array.from(data) }, image(at + 1));
  }
});

test('what does not fit takes no room from a smaller image, and what no block holds is told apart', (t) => {
  const kept = keptPixels();
  kept.add(blockOf(0, 24));
  for (let round = 0; round < 5; round += 1) t.is(kept.keep(0, image(1, 3)), 'tooLarge');
  t.deepEqual(kept.keep(0, image(2)), [0, 0, 2, 2]);
  t.is(kept.keep(0, { width: 5, height: 1, data: new Uint8Array(15) }), 'full');
  t.deepEqual(kept.keep(0, image(3)), [0, 12, 2, 2]);
});

test('a cache asks for blocks up to its size, and for no more', (t) => {
  const asked: number[] = [];
  const share = (bytes: number): number => asked.push(bytes) - 1;
  const cache = pixelCache(150e6);
  for (let round = 0; round < 5; round += 1) {
    const block = cache.block(share);
    t.is(cache.block(share), block, 'until it is full it stays the same one');
    if (block !== undefined) cache.full(block);
  }
  t.is(
    asked.reduce((sum, bytes) => sum + bytes, 0),
    150e6,
  );
  t.is(pixelCache(0).block(share), undefined);
});

test('a cache knows what it holds', (t) => {
  const cache = pixelCache(1e6);
  const place: PixelPlace = [0, 0, 4, 2];
  cache.set(3, place);
  t.deepEqual([cache.count, cache.bytes, cache.maxBytes], [1, 24, 1e6]);
  t.is(cache.place(3), place);
  t.is(cache.place(4), undefined);
  cache.set(3, place);
  t.deepEqual([cache.count, cache.bytes], [1, 24], 'an image that two batches loaded counts once');
  t.throws(() => pixelCache(-1), { instanceOf: RangeError });
});
