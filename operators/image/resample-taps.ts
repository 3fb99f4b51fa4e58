/** Interpolation filter. Both are widened when an image shrinks, which is antialiasing. */
export type Interpolation = 'bilinear' | 'bicubic';

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
 * `bilinear` is a triangle, `bicubic` Keys' cubic with a = -0.5: those of Pillow's `Image.resize`.
 *
 * @param total What the weights of an output pixel add up to.
 * @see Keys, "Cubic convolution interpolation for digital image processing", 1981.
 */
export function setTaps(
  taps: Taps,
  { from: length, to, first, count }: ResizedAxis,
  total: number,
  interpolation: Interpolation = 'bilinear',
): void {
  const scale = length / to;
  const stretch = Math.max(1, scale);
  const radius = stretch * (interpolation === 'bilinear' ? 1 : 2);
  const kernel = interpolation === 'bilinear' ? triangle : cubic;
  const widest = Math.ceil(radius) * 2 + 1;
  if (taps.weights.length < count * widest) taps.weights = new Float64Array(count * widest);
  if (taps.starts.length < count) {
    taps.starts = new Int32Array(count);
    taps.counts = new Int32Array(count);
  }
  taps.widest = widest;
  const { starts, counts, weights } = taps;
  for (let at = 0; at < count; at += 1) {
    const centre = (first + at + 0.5) * scale;
    // The pixels whose centres are nearer than the radius; those at its end would weigh nothing.
    const start = Math.max(0, Math.floor(centre - radius - 0.5) + 1);
    const end = Math.min(length, Math.ceil(centre + radius - 0.5));
    const row = at * widest;
    let sum = 0;
    for (let from = start; from < end; from += 1) {
      const weight = kernel(Math.abs((from + 0.5 - centre) / stretch));
      weights[row + from - start] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < end - start; tap += 1) weights[row + tap]! *= total / sum;
    starts[at] = start;
    counts[at] = end - start;
  }
}

function triangle(distance: number): number {
  return 1 - distance;
}

function cubic(distance: number): number {
  const a = -0.5;
  if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return (((distance - 5) * distance + 8) * distance - 4) * a;
}
