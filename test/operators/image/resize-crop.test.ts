import fc from 'fast-check';
import test from 'ava';
import type { Crop } from '../../../operators/image/draw-view.ts';
import { cropResizer } from '../../../operators/image/resize-crop.ts';
import type { RgbImage } from '../../../operators/types.ts';
import { patterned, readGolden } from '../../helpers/torchvision-views.ts';
import { referenceResize } from '../../helpers/view-reference.ts';

const resized = (image: RgbImage, crop: Crop, size: number, flip = false): Float32Array => {
  const target = new Float32Array(size * size * 3);
  cropResizer(size).resize(image, crop, flip, target, 0);
  return target;
};

const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let most = a.length === b.length ? 0 : Infinity;
  for (let at = 0; at < a.length; at += 1) {
    const distance = Math.abs(a[at]! - b[at]!);
    if (!(distance <= most)) most = distance;
  }
  return most;
};

// Two roundings to float32 of values in 0 to 1.
const rounding = 2 ** -23;

for (const { width, height, crop, size, values } of readGolden().resize) {
  test(`${crop.width} × ${crop.height} to ${size} equals torchvision`, (t) => {
    const image = patterned(width, height);
    t.true(farthest(resized(image, crop, size), values) < rounding);
    // The golden values have 8 decimals.
    t.true(farthest(referenceResize(image, crop, size).flat(), values) < 1e-8);
  });
}

test('any crop of any image equals the reference, larger or smaller, mirrored or not', (t) => {
  const dimension = fc.integer({ min: 1, max: 40 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      dimension,
      dimension,
      fc.tuple(share, share, share, share),
      fc.integer({ min: 1, max: 24 }),
      (width, height, [a, b, c, d], size) => {
        const image = patterned(width, height);
        const crop = {
          width: 1 + Math.floor(a * (width - 1)),
          height: 1 + Math.floor(b * (height - 1)),
        };
        const left = Math.floor(c * (width - crop.width));
        const top = Math.floor(d * (height - crop.height));
        const expected = referenceResize(image, { ...crop, left, top }, size);
        const actual = resized(image, { ...crop, left, top }, size);
        const mirrored = resized(image, { ...crop, left, top }, size, true);
        const flipped = expected.map((_, at) => expected[at - 2 * (at % size) + size - 1]!);
        return (
          farthest(actual, expected.flat()) < rounding &&
          farthest(mirrored, flipped.flat()) < rounding
        );
      },
    ),
    { numRuns: 150, seed: 7 },
  );
  t.pass();
});

test('the whole image at its own size is the image', (t) => {
  const image = patterned(9, 9);
  const same = resized(image, { left: 0, top: 0, width: 9, height: 9 }, 9);
  t.deepEqual(
    Array.from(same, (x) => Math.round(x * 255)),
    [...image.data],
  );
});

test('one colour stays that colour at every size', (t) => {
  const image = { width: 30, height: 11, data: new Uint8Array(990).fill(200) };
  for (const size of [1, 4, 11, 17, 64]) {
    const values = resized(image, { left: 1, top: 0, width: 29, height: 11 }, size);
    t.true(
      farthest(
        values,
        values.map(() => 200 / 255),
      ) < rounding,
      `${size}`,
    );
  }
});

test('memory that was used for a larger crop does not leak into a smaller one', (t) => {
  const image = patterned(40, 40);
  const small = { left: 3, top: 5, width: 4, height: 6 };
  const resizer = cropResizer(8);
  const target = new Float32Array(3 * 8 * 8 * 3).fill(-1);
  resizer.resize(image, { left: 0, top: 0, width: 40, height: 40 }, false, target, 0);
  resizer.resize(image, small, false, target, 2 * 192);
  t.deepEqual(target.slice(384), resized(image, small, 8));
  t.true(target.slice(192, 384).every((value) => value === -1));
});
