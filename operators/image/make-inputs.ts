import type { RgbImage } from '../types.ts';
import {
  checkPreprocessing,
  type InputGeometry,
  inputGeometry,
  type Preprocessing,
} from './preprocessing.ts';
import { bytesResizer } from './resize-bytes.ts';
import { windowResizer } from './resize-crop.ts';

/**
 * Preprocesses images into the inputs of an encoder, as `inputMaker` does.
 *
 * @param images Borrowed, not changed.
 * @param into Memory to write to, if it has just the length. @default new memory
 * @returns `[images, 3, imageSize, imageSize]` or `[images, imageSize, imageSize, 3]` float32, owned by the caller.
 * @throws {RangeError} When the preprocessing is out of range.
 */
export function makeInputs(
  images: readonly RgbImage[],
  preprocessing: Preprocessing,
  into?: Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  const maker = inputMaker(preprocessing);
  const length = preprocessing.imageSize ** 2 * 3;
  const total = images.length * length;
  const inputs = into?.length === total ? into : new Float32Array(total);
  for (const [at, image] of images.entries()) maker.make(image, inputs, at * length);
  return inputs;
}

/** Turns images into inputs; reuses its memory from call to call. */
export interface InputMaker {
  /** Writes the input of one image into `target` from `offset` on. */
  make(image: RgbImage, target: Float32Array, offset: number): void;
}

/**
 * Preprocessing of an encoder's inputs: resize, centre crop, rescale, normalise, in the order of channels and
 * dimensions that the encoder wants. The same image gives the same input.
 *
 * @throws {RangeError} When the preprocessing is out of range.
 */
export function inputMaker(preprocessing: Preprocessing): InputMaker {
  checkPreprocessing(preprocessing);
  return preprocessing.rounding.startsWith('none')
    ? fractionalInputs(preprocessing)
    : roundedInputs(preprocessing);
}

/** Byte path, with a lookup table: each of 256 values is normalised once. */
function roundedInputs(preprocessing: Preprocessing): InputMaker {
  const { imageSize, interpolation, rounding } = preprocessing;
  const resizer = bytesResizer(interpolation, rounding === '8bit' ? 'pillow' : 'torch');
  const bytes = new Uint8Array(imageSize * imageSize * 3);
  const scales = scalesOf(preprocessing);
  const tables = scales.map(({ middle, scale }) =>
    Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - middle) * scale),
  );
  return {
    make(image, target, offset) {
      const geometry = inputGeometry(preprocessing, image.width, image.height);
      resizer.resize(image, geometry, bytes);
      paste(bytes, geometry, imageSize);
      for (const [channel, { first, step }] of scales.entries()) {
        const table = tables[channel]!;
        let to = offset + first;
        for (let from = channel; from < bytes.length; from += 3) {
          target[to] = table[bytes[from]!]!;
          to += step;
        }
      }
    },
  };
}

/** Float path, through fractions in 0 to 1. */
function fractionalInputs(preprocessing: Preprocessing): InputMaker {
  const { imageSize, interpolation, rounding } = preprocessing;
  const resizer = windowResizer(interpolation, rounding === 'none' ? 'float64' : 'float32');
  const values = new Float32Array(imageSize * imageSize * 3);
  const scales = scalesOf(preprocessing);
  return {
    make(image, target, offset) {
      const geometry = inputGeometry(preprocessing, image.width, image.height);
      const whole = { left: 0, top: 0, width: image.width, height: image.height };
      resizer.resize(image, whole, false, geometry, values, 0);
      paste(values, geometry, imageSize);
      for (const [channel, { first, step, middle, scale }] of scales.entries()) {
        let to = offset + first;
        for (let from = channel; from < values.length; from += 3) {
          target[to] = (values[from]! - middle) * scale;
          to += step;
        }
      }
    },
  };
}

/** Affine map of a channel in 0 to 1, and the stride of its pixels. */
interface ChannelScale {
  readonly middle: number;
  readonly scale: number;
  /** Offset of its first pixel, and stride from one pixel to the next. */
  readonly first: number;
  readonly step: number;
}

function scalesOf({
  imageSize,
  rescale,
  mean,
  std,
  channels,
  layout,
}: Preprocessing): readonly ChannelScale[] {
  const range = 255 * rescale;
  return mean.map((middle, channel) => {
    const place = channels === 'rgb' ? channel : 2 - channel;
    return {
      middle: middle / range,
      scale: range / std[channel]!,
      first: layout === 'NHWC' ? place : place * imageSize * imageSize,
      step: layout === 'NHWC' ? 3 : 1,
    };
  });
}

/** Zero padding: moves the window at the start of `values` into the centre of a black square. */
function paste(
  values: Uint8Array | Float32Array,
  { window, left, top }: InputGeometry,
  imageSize: number,
): void {
  const { width, height } = window;
  if (width === imageSize && height === imageSize) return;
  const rows = values.slice(0, width * height * 3);
  values.fill(0);
  for (let y = 0; y < height; y += 1) {
    const row = rows.subarray(y * width * 3, (y + 1) * width * 3);
    values.set(row, ((top + y) * imageSize + left) * 3);
  }
}
