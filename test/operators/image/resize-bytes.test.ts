import fs from 'node:fs/promises';
import test from 'ava';
import type { ByteRule } from '../../../operators/image/fixed-taps.ts';
import type { Interpolation } from '../../../operators/image/resample-filters.ts';
import { bytesResizer } from '../../../operators/image/resize-bytes.ts';
import type { RgbImage } from '../../../operators/types.ts';
import { fixture } from '../../helpers/project.ts';

type Reference = Readonly<
  Record<ByteRule, Readonly<Record<Interpolation, Record<string, string>>>>
>;

// Written by `test/fixtures/resize_reference.py`, which names the versions in it.
const reference = JSON.parse(
  await fs.readFile(fixture('resize-reference.json'), 'utf8'),
) as Reference;

function imageOf(width: number, height: number): RgbImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    return (at * at * 37 + at * 101 + (at >> 3) * 57) % 256;
  });
  return { width, height, data };
}

/** Numbers of `WIDTHxHEIGHT>WIDTHxHEIGHT`. */
function sizesOf(name: string): [number, number, number, number] {
  return name.split(/[x>]/u).map(Number) as [number, number, number, number];
}

for (const rule of ['pillow', 'torch'] as const) {
  for (const [interpolation, cases] of Object.entries(reference[rule])) {
    test(`resized bytes equal those of ${rule} in every byte: ${interpolation}`, (t) => {
      const resizer = bytesResizer(interpolation as Interpolation, rule);
      for (const [name, expected] of Object.entries(cases)) {
        const [fromWidth, fromHeight, width, height] = sizesOf(name);
        const bytes = new Uint8Array(width * height * 3);
        const window = { left: 0, top: 0, width, height };
        resizer.resize(imageOf(fromWidth, fromHeight), { width, height, window }, bytes);
        t.deepEqual([...bytes], [...Buffer.from(expected, 'base64')], name);
      }
    });
  }
}

test('a part of a resized image has the bytes that the whole has there', (t) => {
  const image = imageOf(23, 17);
  for (const interpolation of Object.keys(reference.torch) as Interpolation[]) {
    for (const rule of ['pillow', 'torch'] as const) {
      const resizer = bytesResizer(interpolation, rule);
      const whole = new Uint8Array(9 * 8 * 3);
      const all = { left: 0, top: 0, width: 9, height: 8 };
      resizer.resize(image, { width: 9, height: 8, window: all }, whole);
      const part = new Uint8Array(2 * 3 * 3);
      const window = { left: 5, top: 4, width: 2, height: 3 };
      resizer.resize(image, { width: 9, height: 8, window }, part);
      for (const y of [0, 1, 2]) {
        const from = ((y + 4) * 9 + 5) * 3;
        const expected = whole.subarray(from, from + 6);
        t.deepEqual(part.subarray(y * 6, y * 6 + 6), expected, `${interpolation} ${rule}`);
      }
    }
  }
});
