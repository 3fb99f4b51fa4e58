import test from 'ava';
import fc from 'fast-check';
import { openFastJpeg } from '../../../../operators/image/fast-jpeg/open-fast-jpeg.ts';
import { nativePixels } from '../../../../operators/image/native-pixels.ts';
import { encodedJpegs } from '../../../helpers/encoded-jpegs.ts';
import { madeJpeg } from '../../../helpers/made-jpegs.ts';

const isCampaign = process.env['CAMPAIGN'] !== undefined;
const fast = await openFastJpeg();

const odd: readonly (readonly [number, number])[] = [
  [1, 1],
  [2, 3],
  [17, 5],
  [33, 17],
];
const more: readonly (readonly [number, number])[] = [
  [3, 1],
  [1, 8],
  [8, 8],
  [9, 16],
  [16, 16],
  [31, 32],
  [65, 33],
  [224, 168],
];

test('plain JPEGs of every setting have the pixels of sharp, bit for bit', async (t) => {
  t.timeout(600_000);
  const qualities = isCampaign ? [1, 5, 20, 50, 75, 90, 95, 98, 100] : [1, 30, 75, 100];
  const files = await encodedJpegs(isCampaign ? [...odd, ...more] : odd, qualities);
  t.true(files.size >= (isCampaign ? 1000 : 200), `${files.size}`);
  for (const [name, bytes] of files) {
    const pixels = fast.pixels(bytes);
    t.truthy(pixels, `${name} is decoded`);
    t.deepEqual(pixels, await nativePixels(bytes, {}), name);
  }
});

test('made JPEGs of any size, layout and content have the pixels of sharp, bit for bit', async (t) => {
  t.timeout(600_000);
  const layouts = [[0x11], [0x11, 0x11, 0x11], [0x21, 0x11, 0x11], [0x12, 0x11, 0x11]];
  const made = fc.record({
    width: fc.integer({ min: 1, max: 70 }),
    height: fc.integer({ min: 1, max: 70 }),
    sampling: fc.constantFrom(...layouts, [0x22, 0x11, 0x11], [0x41, 0x11, 0x11]),
    interval: fc.constantFrom(0, 0, 1, 2, 7),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(made, async (options) => {
      const bytes = madeJpeg(options);
      t.deepEqual(fast.pixels(bytes), await nativePixels(bytes, {}));
    }),
    { numRuns: isCampaign ? 5000 : 100, seed: 18 },
  );
});

test('where values lie far out of range, as in no image, the file is left to sharp', (t) => {
  const [width, height, sampling] = [32, 32, [0x11, 0x11, 0x11]];
  t.truthy(fast.pixels(madeJpeg({ width, height, sampling, jump: 200 })));
  t.is(fast.pixels(madeJpeg({ width, height, sampling, jump: 2047 })), undefined);
});
