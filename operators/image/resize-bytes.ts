import type { RgbImage } from '../types.ts';
import { type ByteRule, type FixedTaps, fixedTapsMaker } from './fixed-taps.ts';
import type { Interpolation } from './resample-filters.ts';
import type { ResizedWindow } from './resize-crop.ts';

/** Resizes images in bytes; reuses its memory from call to call. */
export interface BytesResizer {
  /** Writes the window of the resized image as `[window.height, window.width, 3]` bytes to the start of `target`. */
  resize(image: RgbImage, resized: ResizedWindow, target: Uint8Array): void;
}

/**
 * Resize in bytes, byte for byte as `Image.resize` of Pillow or as torchvision on tensors of bytes, followed by a crop.
 *
 * `windowResizer` in their arithmetic: weights in fixed point, rows rounded to 8 bits and clipped before
 * columns are made of them, and clipped again. It is what the features of a model that was trained behind them are
 * reproduced with.
 *
 * Memory: `width of the window × height of the tallest image so far × 3` bytes.
 */
export function bytesResizer(interpolation: Interpolation, rule: ByteRule): BytesResizer {
  const across = fixedTapsMaker(interpolation, rule);
  const down = fixedTapsMaker(interpolation, rule);
  let rows = new Uint8Array(0);
  return {
    resize(image, { width, height, window }, target) {
      const { left, top, width: columns, height: lines } = window;
      const rowTaps = across({ from: image.width, to: width, first: left, count: columns });
      const columnTaps = down({ from: image.height, to: height, first: top, count: lines });
      const first = columnTaps.starts[0]!;
      const seen = columnTaps.starts[lines - 1]! + columnTaps.counts[lines - 1]! - first;
      if (rows.length < seen * columns * 3) rows = new Uint8Array(seen * columns * 3);
      resizeRows(image, first, seen, columns, rowTaps, rows);
      resizeColumns(columns, lines, first, columnTaps, rows, target);
    },
  };
}

/** Rounds and clamps a fixed-point sum to a byte. */
function byteOf(sum: number, bits: number): number {
  const value = sum >> bits;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function resizeRows(
  { data, width }: RgbImage,
  first: number,
  count: number,
  columns: number,
  { starts, counts, widest, integers: weights, bits }: FixedTaps,
  rows: Uint8Array,
): void {
  const half = 1 << (bits - 1);
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
      rows[to] = byteOf(red, bits);
      rows[to + 1] = byteOf(green, bits);
      rows[to + 2] = byteOf(blue, bits);
      to += 3;
    }
  }
}

function resizeColumns(
  columns: number,
  lines: number,
  firstRow: number,
  { starts, counts, widest, integers: weights, bits }: FixedTaps,
  rows: Uint8Array,
  target: Uint8Array,
): void {
  const rowLength = columns * 3;
  const sums = new Int32Array(rowLength);
  const half = 1 << (bits - 1);
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
    for (let at = 0; at < rowLength; at += 1) target[to + at] = byteOf(sums[at]!, bits);
    to += rowLength;
  }
}
