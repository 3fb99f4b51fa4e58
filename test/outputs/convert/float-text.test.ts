import test from 'ava';
import fc from 'fast-check';
import {
  float32TextBytes,
  float32Text,
  writeFloat32,
} from '../../../outputs/convert/float-text.ts';

const bytes = new Uint8Array(2 * float32TextBytes);

function written(value: number): string {
  const end = writeFloat32(bytes, 3, value);
  return Buffer.from(bytes.subarray(3, end)).toString();
}

/** Any float32, by its bits. */
const anyFloat = fc
  .integer({ min: 0, max: 2 ** 32 - 1 })
  .map((bits) => new Float32Array(Uint32Array.of(bits).buffer)[0]!);

const examples: readonly (readonly [number, string])[] = [
  [0, '0'],
  [-0, '-0'],
  [1, '1'],
  [-1000, '-1000'],
  [0.1, '0.1'],
  [0.5, '0.5'],
  [-0.000123, '-0.000123'],
  [1 / 3, '0.33333334'],
  [16777216, '16777216'],
  [9999999, '9999999'],
  [1e-20, '1e-20'],
  // The smallest and the largest there are.
  [1.401298464324817e-45, '1e-45'],
  [3.4028234663852886e38, '3.4028235e+38'],
  [NaN, 'NaN'],
  [-Infinity, '-Infinity'],
];

test('is as short as it can be', (t) => {
  for (const [value, text] of examples) {
    t.is(float32Text(Math.fround(value)), text);
    t.is(written(Math.fround(value)), text);
  }
});

test('reads back to the same bits, in at most nine digits, both ways alike', (t) => {
  fc.assert(
    fc.property(anyFloat, (value) => {
      const text = float32Text(value);
      const read = Math.fround(Number(text));
      const digits = text.replace(/e.*/u, '').replaceAll(/^-?0*\.?0*|[.-]/gu, '');
      return (
        Object.is(read, value) &&
        (digits.replace(/0+$/u, '').length <= 9 || !Number.isFinite(value)) &&
        written(value) === text &&
        text.length <= float32TextBytes
      );
    }),
    { seed: 7, numRuns: 20_000 },
  );
  t.pass();
});

test('the quick way equals the slow one for sizes that vectors have', (t) => {
  fc.assert(
    fc.property(fc.float({ min: -2, max: 2, noNaN: true }), (value) => {
      return written(value) === float32Text(value);
    }),
    { seed: 8, numRuns: 20_000 },
  );
  t.pass();
});
