import type { RgbImage } from '../types.ts';
import { emptyTaps, type Interpolation, setTaps, type Taps } from './resample-taps.ts';
import type { ResizedWindow } from './resize-crop.ts';

/** Resizes images in bytes; reuses its memory from call to call. */
export interface BytesResizer {
  /** Writes the window of the resized image as `[window.height, window.width, 3]` bytes to the start of `target`. */
  resize(image: RgbImage, resized: ResizedWindow, target: Uint8Array): void;
}

/**
 * Fractional bits of a fixed-point weight, as in Pillow: with 8 bits of a pixel and the sign they
 * fill an int32.
 */
const weightBits = 22;

/**
 * `Image.resize` of Pillow, byte for byte, followed by a crop.
 *
 * `windowResizer` with Pillow's arithmetic: weights in fixed point, rows rounded to 8 bits and clipped before
 * columns are made of them, and clipped again. It is what the features of a model that was trained behind Pillow are
 * reproduced with.
 *
 * Memory: `width of the window × height of the tallest image so far × 3` bytes.
 *
 * @see Pillow 9.4, `src/libImaging/Resample.c`.
 */
export function bytesResizer(interpolation: Interpolation): BytesResizer {
  const across = emptyTaps();
  const down = emptyTaps();
  let [acrossWeights, downWeights] = [new Int32Array(0), new Int32Array(0)];
  let rows = new Uint8Array(0);
  return {
    resize(image, { width, height, window }, target) {
      const { left, top, width: columns, height: lines } = window;
      setTaps(
        across,
        { from: image.width, to: width, first: left, count: columns },
        2 ** weightBits,
        interpolation,
      );
      setTaps(
        down,
        { from: image.height, to: height, first: top, count: lines },
        2 ** weightBits,
        interpolation,
      );
      acrossWeights = rounded(across, columns, acrossWeights);
      downWeights = rounded(down, lines, downWeights);
      const first = down.starts[0]!;
      const seen = down.starts[lines - 1]! + down.counts[lines - 1]! - first;
      if (rows.length < seen * columns * 3) rows = new Uint8Array(seen * columns * 3);
      resizeRows(image, first, seen, columns, across, acrossWeights, rows);
      resizeColumns(columns, lines, first, down, downWeights, rows, target);
    },
  };
}

/** Fixed-point weights, rounded half away from zero. */
function rounded(
  { weights, widest }: Taps,
  count: number,
  into: Int32Array<ArrayBuffer>,
): Int32Array<ArrayBuffer> {
  const length = count * widest;
  const integers = into.length < length ? new Int32Array(length) : into;
  // Truncation of what was moved by a half, towards zero.
  for (let at = 0; at < length; at += 1) {
    const weight = weights[at]!;
    integers[at] = weight < 0 ? weight - 0.5 : weight + 0.5;
  }
  return integers;
}

const half = 1 << (weightBits - 1);

/** Rounds and clamps a fixed-point sum to a byte. */
function byteOf(sum: number): number {
  const value = sum >> weightBits;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function resizeRows(
  { data, width }: RgbImage,
  first: number,
  count: number,
  columns: number,
  { starts, counts, widest }: Taps,
  weights: Int32Array,
  rows: Uint8Array,
): void {
  let to = 0;
  for (let y = first; y < first + count; y += 1) {
    const line = y * width * 3;
    for (let x = 0; x < columns; x += 1) {
      let from = line + starts[x]! * 3;
      let tap = x * widest;
      const end = tap + counts[x]!;
      let [red, green, blue] = [half, half, half];
      for (; tap < end; tap += 1) {
        const weight = weights[tap]!;
        red = (red + Math.imul(weight, data[from]!)) | 0;
        green = (green + Math.imul(weight, data[from + 1]!)) | 0;
        blue = (blue + Math.imul(weight, data[from + 2]!)) | 0;
        from += 3;
      }
      rows[to] = byteOf(red);
      rows[to + 1] = byteOf(green);
      rows[to + 2] = byteOf(blue);
      to += 3;
    }
  }
}

function resizeColumns(
  columns: number,
  lines: number,
  firstRow: number,
  { starts, counts, widest }: Taps,
  weights: Int32Array,
  rows: Uint8Array,
  target: Uint8Array,
): void {
  const rowLength = columns * 3;
  const sums = new Int32Array(rowLength);
  let to = 0;
  for (let y = 0; y < lines; y += 1) {
    const tap = y * widest;
    let from = (starts[y]! - firstRow) * rowLength;
    sums.fill(half);
    for (let more = 0; more < counts[y]!; more += 1) {
      const weight = weights[tap + more]!;
      for (let at = 0; at < rowLength; at += 1) {
        sums[at] = (sums[at]! + Math.imul(weight, rows[from + at]!)) | 0;
      }
      from += rowLength;
    }
    for (let at = 0; at < rowLength; at += 1) target[to + at] = byteOf(sums[at]!);
    to += rowLength;
  }
}
