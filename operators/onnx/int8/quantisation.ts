/** Quantisation parameters of one tensor: `value = scale · (stored − zero)` with `stored` from 0 to 255. */
export interface TensorQuantisation {
  /** Above 0, a float32. */
  readonly scale: number;
  /** An integer from 0 to 255. */
  readonly zero: number;
}

/** Static quantisation of an encoder: the parameters of each tensor between its int8 operators, in their order. */
export type Quantisation = readonly TensorQuantisation[];

/** Range of the values of a tensor. */
export interface TensorRange {
  readonly low: number;
  readonly high: number;
}

/** Ranges of the tensors of an encoder for one image, in the order of a `Quantisation`. */
export type ImageRanges = readonly TensorRange[];

/** Share of the images that may reach beyond the range of a tensor, at either end. */
const clippedShare = 0.05;

/**
 * Percentile calibration: each tensor covers what 95 of 100 images reach at either end; the others are clipped, so that a
 * few of them do not cost all the rest their resolution.
 *
 * @param images Ranges of each image, 1 or more.
 * @throws {RangeError} When a range is not finite.
 */
export function calibrated(images: readonly ImageRanges[]): Quantisation {
  const clipped = Math.floor(images.length * clippedShare);
  const ascending = (values: readonly number[]): readonly number[] =>
    values.toSorted((one, other) => one - other);
  return images[0]!.map((_, tensor) => {
    const lows = ascending(images.map((ranges) => ranges[tensor]!.low));
    const highs = ascending(images.map((ranges) => ranges[tensor]!.high));
    return quantisationOf({ low: lows[clipped]!, high: highs[images.length - 1 - clipped]! });
  });
}

/** Narrowest range that is worth a scale. */
const leastRange = 2 ** -90;

/** Largest stored value of a tensor; the smallest is 0. */
const most = 255;

/**
 * Affine quantisation to 8 bits without sign that covers a range, and 0 exactly: padding and ReLU are free of error.
 *
 * The scale is rounded up to twelve significant bits, so that it is the same where float32 sums differ in their last ones.
 *
 * @throws {RangeError} When the range is not finite.
 */
export function quantisationOf({ low, high }: TensorRange): TensorQuantisation {
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    throw new RangeError(`Expected a finite range of activations, got \`${low}\` to \`${high}\``);
  }
  const [least, top] = [Math.min(low, 0), Math.max(high, 0)];
  // Nothing but zeros, or as good as that in float32.
  if (top - least < leastRange) return { scale: 1, zero: 0 };
  const scale = roundedUp((top - least) / most);
  return { scale, zero: Math.min(most, Math.round((0 - least) / scale)) };
}

/** The next number of twelve significant bits that is not below `value`, which is above 0. */
function roundedUp(value: number): number {
  const unit = 2 ** (Math.floor(Math.log2(value)) - 11);
  return Math.fround(Math.ceil(value / unit) * unit);
}
