import test from 'ava';
import fc from 'fast-check';
import { messageOf } from '../../../../operators/errors.ts';
import { decodePixels } from '../../../../operators/image/decode-pixels.ts';
import type { DecodePixelsOptions } from '../../../../operators/image/decode-options.ts';
import { openFastJpeg } from '../../../../operators/image/fast-jpeg/open-fast-jpeg.ts';
import { picture } from '../../../helpers/encoded-jpegs.ts';
import { madeJpeg } from '../../../helpers/made-jpegs.ts';
import { jpegExif, oddJpegs, plainJpegs, withSegment } from '../../../helpers/odd-jpegs.ts';

const isCampaign = process.env['CAMPAIGN'] !== undefined;
const fast = await openFastJpeg();

/** The pixels, or the message of the error. */
async function outcome(bytes: Uint8Array, options: DecodePixelsOptions): Promise<unknown> {
  return await decodePixels(bytes, options).catch((error: unknown) => messageOf(error));
}

const sources = [
  await picture(32, 32).jpeg({ quality: 60 }).toBuffer(),
  await picture(17, 23).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(),
  await picture(24, 9).greyscale().jpeg({ quality: 30, optimiseCoding: false }).toBuffer(),
  withSegment(await picture(20, 20).jpeg({ quality: 40 }).toBuffer(), jpegExif(1)),
  madeJpeg({ width: 40, height: 24, sampling: [0x21, 0x11, 0x11], interval: 2 }),
];

type Change = (bytes: Buffer, at: number, value: number) => Buffer;

const changes: Readonly<Record<string, Change>> = {
  'a bit flipped': (bytes, at, value) => withByte(bytes, at, bytes[at]! ^ (1 << (value & 7))),
  'a byte set': withByte,
  'a byte put in': (bytes, at, value) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.of(value), bytes.subarray(at)]),
  'a byte left out': (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
  'a marker put in': (bytes, at, value) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.of(0xff, value), bytes.subarray(at)]),
  'an end put in': (bytes, at) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.of(0xff, 0xd9), bytes.subarray(at)]),
  cut: (bytes, at) => Buffer.from(bytes.subarray(0, at)),
  'another image behind it': (bytes) => Buffer.concat([bytes, bytes]),
};

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = value;
  return changed;
}

test('damaged or not, what is decoded fast has the pixels of sharp, which accepts it', async (t) => {
  t.timeout(1_200_000);
  const change = fc.tuple(
    fc.constantFrom(...Object.keys(changes)),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    fc.nat(255),
  );
  let decoded = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...sources),
      fc.array(change, { minLength: 1, maxLength: 2 }),
      async (source, list) => {
        const bytes = list.reduce(
          (file, [name, where, value]) =>
            changes[name]!(file, 2 + Math.trunc(where * (file.length - 2)), value),
          source,
        );
        const pixels = fast.pixels(bytes);
        // Otherwise sharp decides for both.
        if (pixels === undefined) return;
        decoded += 1;
        t.deepEqual(pixels, await outcome(bytes, { decoder: 'sharp' }));
      },
    ),
    { numRuns: isCampaign ? 200_000 : 2000, seed: 18 },
  );
  t.true(decoded > (isCampaign ? 15_000 : 150), `${decoded}`);
});

test('a JPEG that is cut anywhere is left to sharp', (t) => {
  for (const source of sources) {
    t.truthy(fast.pixels(source));
    for (let size = 0; size < source.length; size += 1) {
      t.is(fast.pixels(source.subarray(0, size)), undefined, `${size} bytes`);
    }
  }
});

test('odd JPEGs have one outcome on both decoders, whatever is asked of them', async (t) => {
  const plain = Object.entries(await plainJpegs());
  const odd = Object.entries(await oddJpegs()).map(([name, { bytes }]) => [name, bytes] as const);
  const asked: readonly DecodePixelsOptions[] = [
    {},
    { tolerant: true },
    { exif: 'ignore', icc: 'ignore' },
    { alpha: 'drop', shrinkTo: 32, maxPixels: 1279 },
  ];
  for (const [name, bytes] of [...plain, ...odd]) {
    for (const options of asked) {
      const expected = await outcome(bytes, { ...options, decoder: 'sharp' });
      t.deepEqual(await outcome(bytes, options), expected, `${name} ${JSON.stringify(options)}`);
    }
  }
});
