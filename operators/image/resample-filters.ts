/** Resampling filters by name. */
export const interpolations = [
  'nearest',
  'box',
  'bilinear',
  'hamming',
  'bicubic',
  'lanczos',
] as const;

/** Resampling filter. All but `nearest` are widened when an image shrinks, which is antialiasing. */
export type Interpolation = (typeof interpolations)[number];

/** A filter that weighs neighbours. */
export interface ResampleFilter {
  /** Distance at which it ends, in output pixels of a shrunk image and input pixels of another. */
  readonly radius: number;
  /** Weight at a signed distance, from -radius to radius. */
  readonly weight: (distance: number) => number;
}

/**
 * The filters of Pillow's `Image.resize`, by the names of its constants; `bicubic` is Keys' cubic with a = -0.5.
 *
 * @see Keys, "Cubic convolution interpolation for digital image processing", 1981; Turkowski, "Filters for common
 * resampling tasks", 1990, for the windowed sinc with three lobes.
 */
export const resampleFilters: Readonly<Record<Exclude<Interpolation, 'nearest'>, ResampleFilter>> =
  {
    // Half open: a pixel in the middle of two belongs to the one.
    box: { radius: 0.5, weight: (distance) => (distance > -0.5 && distance <= 0.5 ? 1 : 0) },
    bilinear: { radius: 1, weight: (distance) => 1 - Math.abs(distance) },
    hamming: { radius: 1, weight: hamming },
    bicubic: { radius: 2, weight: cubic },
    lanczos: { radius: 3, weight: (distance) => sinc(distance) * sinc(distance / 3) },
  };

function cubic(signed: number): number {
  const a = -0.5;
  const distance = Math.abs(signed);
  if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return (((distance - 5) * distance + 8) * distance - 4) * a;
}

/** Sinc of one lobe under a Hamming window. */
function hamming(distance: number): number {
  return sinc(distance) * (0.54 + 0.46 * Math.cos(Math.PI * distance));
}

function sinc(distance: number): number {
  if (distance === 0) return 1;
  const angle = Math.PI * distance;
  return Math.sin(angle) / angle;
}
