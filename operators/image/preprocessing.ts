import type { ImageReading } from './image-reading.ts';
import type { Interpolation } from './resample-filters.ts';
import type { ResizedWindow } from './resize-crop.ts';
import type { Rgb } from './recipe-steps.ts';

/** Resize before the centre crop. */
export type ImageResize =
  /** The shorter side to so many pixels, the aspect kept. */
  | { readonly shorterSide: number }
  /** Both sides to so many pixels. */
  | { readonly squash: number };

/** Arithmetics of a resize, see `Preprocessing.rounding`. */
export const roundings = ['8bit', '8bit-torch', 'none', 'none-torch'] as const;

/** Roundings of the centre crop, see `Preprocessing.middle`. */
export const middles = ['torchvision', 'transformers', 'transformers-5'] as const;

/**
 * Preprocessing of an encoder's input. Plain JSON: it travels to workers and stands in manifests.
 */
export interface Preprocessing extends ImageReading {
  /**
   * Centre crop: side of the input, 1 to 8192 pixels, with black around a resized image that is smaller.
   */
  readonly imageSize: number;
  /** Sides of 1 to 65536 pixels; null leaves the size of the file. */
  readonly resize: ImageResize | null;
  readonly interpolation: Interpolation;
  /**
   * `8bit` resizes in whole bytes as Pillow does (below 13, which makes the columns first where the height shrinks much
   * more than the width), byte for byte; `8bit-torch` as torchvision does on tensors of bytes; `none` keeps the fractions,
   * and `none-torch` does with weights in float32, as torchvision on tensors of floats.
   */
  readonly rounding: (typeof roundings)[number];
  /**
   * Rounding of the centre crop, where the middle lies half a pixel off: in torchvision's
   * `CenterCrop` it goes to the even pixel, and the border of a small image is wider on the right;
   * in the processors of Hugging Face's transformers it goes to the lower pixel, and the border is
   * wider on the left. Since version 5 of transformers (`transformers-5`) the border is wider on the right.
   */
  readonly middle: (typeof middles)[number];
  /** Multiplies bytes of 0 to 255 before `mean` is subtracted. */
  readonly rescale: number;
  /** Subtracted, by channel, red first. */
  readonly mean: Rgb;
  /** Divides afterwards. */
  readonly std: Rgb;
  readonly channels: 'rgb' | 'bgr';
  /** Order of the input's dimensions. */
  readonly layout: 'NCHW' | 'NHWC';
  /**
   * Shrink large images while they load, to twice `imageSize`: faster and almost the same.
   * Otherwise they are decoded in full.
   */
  readonly shrinkOnLoad: boolean;
}

/** @throws {RangeError} Naming the first field that is out of its range. */
export function checkPreprocessing(preprocessing: Preprocessing): void {
  const { imageSize, resize, rescale, mean, std } = preprocessing;
  const side = resize === null ? 1 : 'squash' in resize ? resize.squash : resize.shorterSide;
  const sides = { imageSize: [imageSize, 2 ** 13], resize: [side, 2 ** 16] } as const;
  for (const [name, [value, most]] of Object.entries(sides)) {
    if (Number.isInteger(value) && value >= 1 && value <= most) continue;
    throw new RangeError(
      `Expected \`${name}\` of the preprocessing to be an integer from 1 to ${most}, got \`${value}\``,
    );
  }
  const numbers = { rescale: [rescale], mean, std };
  for (const [name, values] of Object.entries(numbers)) {
    const wrong = values.find(
      (value) => !Number.isFinite(value) || (name !== 'mean' && !(value > 0)),
    );
    if (wrong === undefined) continue;
    const expected = name === 'mean' ? 'finite' : 'above 0';
    throw new RangeError(
      `Expected \`${name}\` of the preprocessing to be ${expected}, got \`${wrong}\``,
    );
  }
}

/**
 * Shorter side to which a large image may be shrunk before preprocessing, in pixels.
 *
 * @returns For `shrinkTo` of `decodeImage`; undefined for the size of the file.
 * @example
 * ```ts
 * import { readModelSidecar, sidecarPreprocessing } from 'sincere-embeddings/outputs';
 *
 * const sidecar = await readModelSidecar('runs/a/encoder.onnx');
 * const shrinkTo = inputShrinkTarget(sidecarPreprocessing(sidecar, 'NCHW'));
 * const decode = decodeImage({ permits: permits(4), shrinkTo });
 * ```
 */
export function inputShrinkTarget({ shrinkOnLoad, imageSize }: Preprocessing): number | undefined {
  // Twice the input, so that the exact filter has the last word.
  return shrinkOnLoad ? 2 * imageSize : undefined;
}

/** Resize and crop of one input. */
export interface InputGeometry extends ResizedWindow {
  /** Offset of the window in the input; beside it the input is black. */
  readonly left: number;
  readonly top: number;
}

/**
 * Geometry of one input: size of the resized image, and its centre crop.
 *
 * The longer side is rounded down, as in torchvision's `Resize`.
 */
export function inputGeometry(
  { imageSize, resize, middle }: Preprocessing,
  width: number,
  height: number,
): InputGeometry {
  const resized = resizedSize(resize, width, height);
  const across = middleOf(resized.width, imageSize, middle);
  const down = middleOf(resized.height, imageSize, middle);
  return {
    ...resized,
    window: { left: across.first, top: down.first, width: across.count, height: down.count },
    left: across.at,
    top: down.at,
  };
}

function resizedSize(
  resize: ImageResize | null,
  width: number,
  height: number,
): { readonly width: number; readonly height: number } {
  if (resize === null) return { width, height };
  if ('squash' in resize) return { width: resize.squash, height: resize.squash };
  const { shorterSide } = resize;
  const longer = Math.floor((shorterSide * Math.max(width, height)) / Math.min(width, height));
  return width <= height
    ? { width: shorterSide, height: longer }
    : { width: longer, height: shorterSide };
}

/**
 * Centre crop of `size` pixels along one axis of `length`: first pixel, count and offset in the
 * input.
 */
function middleOf(
  length: number,
  size: number,
  middle: Preprocessing['middle'],
): { readonly first: number; readonly count: number; readonly at: number } {
  const rest = length - size;
  if (rest < 0) {
    const border = -rest / 2;
    const at = middle === 'transformers' ? Math.ceil(border) : Math.floor(border);
    return { first: 0, count: length, at };
  }
  const half = Math.floor(rest / 2);
  // Half a pixel more than `half`, and `half` is odd: the even neighbour is the next one.
  const up = middle === 'torchvision' && rest % 2 === 1 && half % 2 === 1;
  return { first: up ? half + 1 : half, count: size, at: 0 };
}
