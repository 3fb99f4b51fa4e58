import test from 'ava';
import fc from 'fast-check';
import { inputMaker, makeInputs } from '../../../operators/image/make-inputs.ts';
import { inputGeometry, type Preprocessing } from '../../../operators/image/preprocessing.ts';
import type { RgbImage } from '../../../operators/types.ts';
import {
  fixtureImage,
  fixtureImages,
  type FixturePipeline,
  fixturePipelines,
  plainBytes,
  readModelFixtures,
} from '../../helpers/model-fixtures.ts';

const fixtures = await readModelFixtures();

async function bothOf(
  name: FixturePipeline,
  image: string,
  changes: Partial<Preprocessing> = {},
): Promise<{ ours: number[]; theirs: number[] }> {
  const preprocessing = { ...plainBytes, ...fixturePipelines[name], ...changes };
  const ours = makeInputs([await fixtureImage(image)], preprocessing);
  return {
    ours: [...ours],
    theirs: [...Buffer.from(fixtures.pixels[name][image]!, 'base64')],
  };
}

for (const name of Object.keys(fixturePipelines) as FixturePipeline[]) {
  test(`8 bit pixels equal Pillow and torchvision in every byte: ${name}`, async (t) => {
    for (const image of fixtureImages) {
      const { ours, theirs } = await bothOf(name, image);
      t.deepEqual(ours.map(Math.round), theirs, image);
    }
  });

  test(`pixels that are not rounded are near Pillow's: ${name}`, async (t) => {
    for (const image of fixtureImages) {
      const { ours, theirs } = await bothOf(name, image, { rounding: 'none' });
      // A cubic leaves the range of bytes, and fractions are not clipped: torchvision does not on floats either.
      const apart = ours.map((value, at) =>
        Math.abs(Math.min(255, Math.max(0, value)) - theirs[at]!),
      );
      const mean = apart.reduce((sum, value) => sum + value, 0) / apart.length;
      const most = Math.max(...apart);
      t.log(`${image}: ${mean.toFixed(3)} of 255 in the mean, ${most.toFixed(2)} at most`);
      // Half a step in the rows and half a step in the columns. Where a cubic overshoots, Pillow also clips the rows
      // before columns are made of them.
      const cubic = fixturePipelines[name].interpolation === 'bicubic';
      t.true(most < (cubic ? 5 : 1.01), image);
      t.true(mean < 0.4, image);
    }
  });
}

const filters = ['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos'] as const;
const byte = fc.integer({ min: 0, max: 255 });
const images: fc.Arbitrary<RgbImage> = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .chain(([width, height]) =>
    fc
      .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
      .map((data) => ({ width, height, data })),
  );

test('an image of the right size passes unchanged, whatever the filter and the rounding', (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 48, maxLength: 48 }),
      fc.constantFrom(...filters),
      fc.constantFrom('8bit', '8bit-torch', 'none', 'none-torch'),
      (data, interpolation, rounding) => {
        const resize = { shorterSide: 4 };
        const same = { ...plainBytes, imageSize: 4, resize, interpolation, rounding } as const;
        const inputs = makeInputs([{ width: 4, height: 4, data }], same);
        t.deepEqual([...inputs].map(Math.round), [...data]);
      },
    ),
    { seed: 1, numRuns: 40 },
  );
});

test('one colour stays one colour, in black where the image is too small', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      byte,
      fc.constantFrom(...filters),
      fc.constantFrom('8bit', '8bit-torch', 'none', 'none-torch'),
      (width, height, value, interpolation, rounding) => {
        const data = new Uint8Array(width * height * 3).fill(value);
        const resize = { shorterSide: 5 };
        const changes = { imageSize: 6, resize, interpolation, rounding } as const;
        const inputs = makeInputs([{ width, height, data }], { ...plainBytes, ...changes });
        const seen = new Set([...inputs].map((input) => Math.round(input * 100) / 100));
        seen.delete(value);
        t.deepEqual([...seen], value === 0 ? [] : [0]);
      },
    ),
    { seed: 2, numRuns: 60 },
  );
});

test('layouts and channels are orders of the same numbers, normalised by channel', (t) => {
  fc.assert(
    fc.property(images, (image) => {
      const base = {
        ...plainBytes,
        imageSize: 4,
        resize: { squash: 4 },
        rescale: 1 / 255,
        mean: [0.1, 0.2, 0.3],
        std: [0.5, 0.6, 0.7],
      } as const;
      const rows = makeInputs([image, image], base);
      const planes = makeInputs([image, image], { ...base, layout: 'NCHW', channels: 'bgr' });
      const bytes = makeInputs([image], { ...plainBytes, imageSize: 4, resize: { squash: 4 } });
      for (let at = 0; at < 48; at += 1) {
        const [pixel, channel] = [Math.floor(at / 3), at % 3];
        const expected = (bytes[at]! / 255 - base.mean[channel]!) / base.std[channel]!;
        t.true(Math.abs(rows[at]! - expected) < 1e-6);
        t.is(rows[48 + at], rows[at]);
        t.is(planes[(2 - channel) * 16 + pixel], rows[at]);
        t.is(planes[48 + (2 - channel) * 16 + pixel], rows[at]);
      }
    }),
    { seed: 3, numRuns: 30 },
  );
});

// The first pixel of the middle, and how much black is before it, as `CenterCrop` of torchvision 0.14 and `center_crop`
// of transformers 4.40 and 5.24 (its default, on tensors) have them for a side of 4.
for (const [length, torchvision, transformers, transformers5] of [
  [4, [0, 0], [0, 0], [0, 0]],
  [5, [0, 0], [0, 0], [0, 0]],
  [6, [1, 0], [1, 0], [1, 0]],
  [7, [2, 0], [1, 0], [1, 0]],
  [9, [2, 0], [2, 0], [2, 0]],
  [11, [4, 0], [3, 0], [3, 0]],
  [3, [0, 0], [0, 1], [0, 0]],
  [2, [0, 1], [0, 1], [0, 1]],
  [1, [0, 1], [0, 2], [0, 1]],
] as const) {
  test(`the middle of ${length} pixels`, (t) => {
    const at = (middle: Preprocessing['middle']): number[] => {
      const geometry = inputGeometry({ ...plainBytes, imageSize: 4, middle }, length, 4);
      t.is(geometry.window.width, Math.min(length, 4));
      return [geometry.window.left, geometry.left];
    };
    t.deepEqual(at('torchvision'), [...torchvision]);
    t.deepEqual(at('transformers'), [...transformers]);
    t.deepEqual(at('transformers-5'), [...transformers5]);
  });
}

test('the longer side is rounded down', (t) => {
  const geometry = inputGeometry({ ...plainBytes, resize: { shorterSide: 256 } }, 300, 199);
  // int(256 * 300 / 199), as torchvision's `Resize`.
  t.like(geometry, { width: 385, height: 256 });
});

test('numbers out of range are refused', (t) => {
  const refused = (changes: Partial<Preprocessing>, message: RegExp): void => {
    t.throws(() => inputMaker({ ...plainBytes, ...changes }), { instanceOf: RangeError, message });
  };
  refused({ imageSize: 0 }, /`imageSize` of the preprocessing to be an integer from 1 to 8192/);
  // Memory and time that no model is worth.
  refused({ imageSize: 20_000 }, /to be an integer from 1 to 8192, got `20000`/);
  refused(
    { resize: { squash: 1e9 } },
    /`resize` of the preprocessing to be an integer from 1 to 65536/,
  );
  refused({ resize: { squash: 1.5 } }, /`resize`/);
  refused({ std: [1, 0, 1] }, /`std` of the preprocessing to be above 0, got `0`/);
  refused({ mean: [0, Infinity, 0] }, /`mean` of the preprocessing to be finite/);
  refused({ rescale: -1 }, /`rescale`/);
});
