import { type Interpolation, resampleFilters } from './resample-filters.ts';

/** Filter taps of each output pixel along one axis. */
export interface Taps {
  /** First input pixel of each output pixel, relative to the crop. */
  starts: Int32Array;
  /** Input pixels of each output pixel. */
  counts: Int32Array;
  /** `[count, widest]` weights; each output pixel's add up to the same number. */
  weights: Float64Array;
  /** Row length of `weights`. */
  widest: number;
}

/** One axis of a resize, of which a part may be wanted. */
export interface ResizedAxis {
  /** Input pixels, 1 or more. */
  readonly from: number;
  /** Output pixels, 1 or more. */
  readonly to: number;
  /** First output pixel that is wanted. */
  readonly first: number;
  /** Output pixels that are wanted. */
  readonly count: number;
}

export function emptyTaps(): Taps {
  return {
    starts: new Int32Array(0),
    counts: new Int32Array(0),
    weights: new Float64Array(0),
    widest: 0,
  };
}

/**
 * Resampling kernel of one axis, centred on each output pixel and as wide as the shrinking asks
 * for. Pixels outside the image do not count.
 *
 * @param total What the weights of an output pixel add up to.
 */
export function setTaps(
  taps: Taps,
  { from: length, to, first, count }: ResizedAxis,
  total: number,
  interpolation: Exclude<Interpolation, 'nearest'> = 'bilinear',
): void {
  const { radius: reach, weight: weightAt } = resampleFilters[interpolation];
  const scale = length / to;
  const stretch = Math.max(1, scale);
  const inverse = 1 / stretch;
  const radius = stretch * reach;
  reserveTaps(taps, count, Math.ceil(radius) * 2 + 1);
  const { starts, counts, weights, widest } = taps;
  for (let at = 0; at < count; at += 1) {
    const centre = (first + at + 0.5) * scale;
    // The pixels whose centres are nearer than the radius; those at its end weigh nothing but in a box.
    const start = Math.max(0, Math.floor(centre - radius - 0.5) + 1);
    const last =
      interpolation === 'box'
        ? Math.floor(centre + radius + 0.5)
        : Math.ceil(centre + radius - 0.5);
    const end = Math.min(length, last);
    const row = at * widest;
    let sum = 0;
    for (let from = start; from < end; from += 1) {
      const weight = weightAt((from - centre + 0.5) * inverse);
      weights[row + from - start] = weight;
      sum += weight;
    }
    const unit = sum / total;
    for (let tap = 0; tap < end - start; tap += 1) weights[row + tap]! /= unit;
    starts[at] = start;
    counts[at] = end - start;
  }
}

/**
 * Nearest pixel of one axis: the one that the middle of an output pixel lies in.
 *
 * Where it lies between two, rounding decides: Pillow adds steps of float64, PyTorch (`nearest-exact`) multiplies in
 * float32.
 *
 * @param total The weight of that pixel.
 */
export function setNearestTaps(
  taps: Taps,
  { from: length, to, first, count }: ResizedAxis,
  total: number,
  rule: 'pillow' | 'torch',
): void {
  reserveTaps(taps, count, 1);
  const { starts, counts, weights } = taps;
  const scale = rule === 'torch' ? Math.fround(length / to) : length / to;
  let sum = scale * 0.5;
  for (let at = 0; at < first + count; at += 1) {
    if (at >= first) {
      const middle = rule === 'torch' ? Math.fround((at + 0.5) * scale) : sum;
      starts[at - first] = Math.min(length - 1, Math.floor(middle));
    }
    sum += scale;
  }
  counts.fill(1, 0, count);
  weights.fill(total, 0, count);
}

/** Makes room for so many taps. */
export function reserveTaps(taps: Taps, count: number, widest: number): void {
  if (taps.weights.length < count * widest) taps.weights = new Float64Array(count * widest);
  if (taps.starts.length < count) {
    taps.starts = new Int32Array(count);
    taps.counts = new Int32Array(count);
  }
  taps.widest = widest;
}
