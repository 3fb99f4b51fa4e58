import type { RgbImage } from '../types.ts';
import type { Crop } from './draw-view.ts';
import { setFloat32Taps } from './float32-taps.ts';
import type { Interpolation } from './resample-filters.ts';
import {
  emptyTaps,
  type ResizedAxis,
  setNearestTaps,
  setTaps,
  type Taps,
} from './resample-taps.ts';

/** Resizes crops to one size; reuses its memory from call to call. */
export interface CropResizer {
  /**
   * Writes `[size, size, 3]` values in 0 to 1 into `target` from `offset` on.
   * @param flip Mirrors left and right.
   */
  resize(image: RgbImage, crop: Crop, flip: boolean, target: Float32Array, offset: number): void;
}

/** Crop window of a resized image. */
export interface ResizedWindow {
  /** The size of the whole, in pixels. */
  readonly width: number;
  readonly height: number;
  /** The part of it. */
  readonly window: Crop;
}

/** Resizes parts of images; reuses its memory from call to call. */
export interface WindowResizer {
  /**
   * Writes the window of `crop` resized as `[window.height, window.width, 3]` values in 0 to 1 into `target` from `offset`
   * on. `bicubic` and `lanczos` overshoot these ends.
   * @param flip Mirrors left and right.
   */
  resize(
    image: RgbImage,
    crop: Crop,
    flip: boolean,
    resized: ResizedWindow,
    target: Float32Array,
    offset: number,
  ): void;
}

/**
 * Crop and resize in one pass over the pixels of the crop, in `bilinear` (`windowResizer`).
 *
 * Memory: `size × height of the tallest crop so far × 3` float32.
 */
export function cropResizer(size: number): CropResizer {
  const resizer = windowResizer('bilinear');
  const whole = {
    width: size,
    height: size,
    window: { left: 0, top: 0, width: size, height: size },
  };
  return {
    resize(image, crop, flip, target, offset) {
      resizer.resize(image, crop, flip, whole, target, offset);
    },
  };
}

/**
 * Crop, resize and crop again, touching only the pixels that are seen.
 *
 * The kernel is centred on each output pixel and as wide as the shrinking asks for: interpolation when it
 * enlarges, with antialiasing when it shrinks, each axis for itself. Pixels outside the crop do not
 * count. The same filters as `Image.resize` in Pillow and `resize(antialias=True)` in torchvision, but
 * without their rounding to 8 bits.
 *
 * Memory: `width × height of the tallest crop so far × 3` float32.
 *
 * @param precision Of places and weights: `float32` as in PyTorch.
 */
export function windowResizer(
  interpolation: Interpolation,
  precision: 'float64' | 'float32' = 'float64',
): WindowResizer {
  const across = emptyTaps();
  const down = emptyTaps();
  const set = (taps: Taps, axis: ResizedAxis, total: number): void => {
    if (interpolation === 'nearest') setNearestTaps(taps, axis, total, 'torch');
    else if (precision === 'float64') setTaps(taps, axis, total, interpolation);
    else setFloat32Taps(taps, axis, total, interpolation);
  };
  let rows = new Float32Array(0);
  return {
    resize(image, crop, flip, { width, height, window }, target, offset) {
      const { left, top, width: columns, height: lines } = window;
      set(across, { from: crop.width, to: width, first: left, count: columns }, 1 / 255);
      set(down, { from: crop.height, to: height, first: top, count: lines }, 1);
      // Rows that only lines outside the window would see are left out.
      const first = down.starts[0]!;
      const seen = {
        ...crop,
        top: crop.top + first,
        height: down.starts[lines - 1]! + down.counts[lines - 1]! - first,
      };
      const length = seen.height * columns * 3;
      if (rows.length < length) rows = new Float32Array(length);
      resizeRows(image, seen, flip, columns, across, rows);
      resizeColumns(columns, lines, first, down, rows, target, offset);
    },
  };
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
  columns: number,
  lines: number,
  firstRow: number,
  taps: Taps,
  rows: Float32Array,
  target: Float32Array,
  offset: number,
): void {
  const { starts, counts, weights, widest } = taps;
  const rowLength = columns * 3;
  for (let y = 0; y < lines; y += 1) {
    const count = counts[y]!;
    const tap = y * widest;
    const begin = offset + y * rowLength;
    const end = begin + rowLength;
    let from = (starts[y]! - firstRow) * rowLength;
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
