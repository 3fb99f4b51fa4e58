import type { RgbImage } from '../types.ts';
import type { Crop } from './draw-view.ts';

/** Where each output pixel of one axis takes its value from. */
interface Taps {
  /** First input pixel of each output pixel, relative to the crop. */
  starts: Int32Array;
  /** Input pixels of each output pixel. */
  counts: Int32Array;
  /** `[size, widest]` weights; each output pixel's add up to 1. */
  weights: Float64Array;
  /** Row length of `weights`. */
  widest: number;
}

/** Resizes crops to one size; reuses its memory from call to call. */
export interface CropResizer {
  /**
   * Writes `[size, size, 3]` values in 0 to 1 into `target` from `offset` on.
   * @param flip Mirrors left and right.
   */
  resize(image: RgbImage, crop: Crop, flip: boolean, target: Float32Array, offset: number): void;
}

/**
 * Crop and resize in one pass over the pixels of the crop.
 *
 * A triangle filter, centred on each output pixel and as wide as the shrinking asks for: bilinear when
 * it enlarges, with antialiasing when it shrinks, each axis for itself. Pixels outside the crop do not
 * count. The same filter as `Image.resize(BILINEAR)` in Pillow and `resize(antialias=True)` in torchvision, but
 * without their rounding to 8 bits.
 *
 * Memory: `size × height of the tallest crop so far × 3` float32.
 */
export function cropResizer(size: number): CropResizer {
  const across = emptyTaps(size);
  const down = emptyTaps(size);
  const rowLength = size * 3;
  let rows = new Float32Array(0);
  return {
    resize(image, crop, flip, target, offset) {
      setTaps(across, size, crop.width, 1 / 255);
      setTaps(down, size, crop.height, 1);
      if (rows.length < crop.height * rowLength) rows = new Float32Array(crop.height * rowLength);
      resizeRows(image, crop, flip, size, across, rows);
      resizeColumns(size, down, rows, target, offset);
    },
  };
}

function emptyTaps(size: number): Taps {
  return {
    starts: new Int32Array(size),
    counts: new Int32Array(size),
    weights: new Float64Array(0),
    widest: 0,
  };
}

function setTaps(taps: Taps, size: number, length: number, total: number): void {
  const scale = length / size;
  const radius = Math.max(1, scale);
  const widest = Math.ceil(radius) * 2 + 1;
  if (taps.weights.length < size * widest) taps.weights = new Float64Array(size * widest);
  taps.widest = widest;
  const { starts, counts, weights } = taps;
  for (let at = 0; at < size; at += 1) {
    const centre = (at + 0.5) * scale;
    // The pixels whose centres are nearer than the radius; those at its end would weigh nothing.
    const start = Math.max(0, Math.floor(centre - radius - 0.5) + 1);
    const end = Math.min(length, Math.ceil(centre + radius - 0.5));
    const first = at * widest;
    let sum = 0;
    for (let from = start; from < end; from += 1) {
      const weight = 1 - Math.abs((from + 0.5 - centre) / radius);
      weights[first + from - start] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < end - start; tap += 1) weights[first + tap]! *= total / sum;
    starts[at] = start;
    counts[at] = end - start;
  }
}

function resizeRows(
  image: RgbImage,
  crop: Crop,
  flip: boolean,
  size: number,
  taps: Taps,
  rows: Float32Array,
): void {
  const { data, width } = image;
  const { starts, counts, weights, widest } = taps;
  const step = flip ? -3 : 3;
  for (let y = 0; y < crop.height; y += 1) {
    const line = ((crop.top + y) * width + crop.left) * 3;
    let to = (y * size + (flip ? size - 1 : 0)) * 3;
    for (let x = 0; x < size; x += 1) {
      let from = line + starts[x]! * 3;
      let tap = x * widest;
      const end = tap + counts[x]!;
      const weight = weights[tap]!;
      let red = weight * data[from]!;
      let green = weight * data[from + 1]!;
      let blue = weight * data[from + 2]!;
      for (tap += 1; tap < end; tap += 1) {
        from += 3;
        const weight = weights[tap]!;
        red += weight * data[from]!;
        green += weight * data[from + 1]!;
        blue += weight * data[from + 2]!;
      }
      rows[to] = red;
      rows[to + 1] = green;
      rows[to + 2] = blue;
      to += step;
    }
  }
}

function resizeColumns(
  size: number,
  taps: Taps,
  rows: Float32Array,
  target: Float32Array,
  offset: number,
): void {
  const { starts, counts, weights, widest } = taps;
  const rowLength = size * 3;
  for (let y = 0; y < size; y += 1) {
    const count = counts[y]!;
    const tap = y * widest;
    const begin = offset + y * rowLength;
    const end = begin + rowLength;
    let from = starts[y]! * rowLength;
    // Two rows at a time: enlarging needs no more.
    let next = count > 1 ? from + rowLength : from;
    const weight = weights[tap]!;
    const nextWeight = count > 1 ? weights[tap + 1]! : 0;
    for (let to = begin; to < end; to += 1) {
      target[to] = weight * rows[from]! + nextWeight * rows[next]!;
      from += 1;
      next += 1;
    }
    for (let more = 2; more < count; more += 1) {
      const weight = weights[tap + more]!;
      for (let to = begin; to < end; to += 1) {
        target[to]! += weight * rows[next]!;
        next += 1;
      }
    }
  }
}
