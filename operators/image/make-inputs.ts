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
 * Inputs of an encoder, one for each image, as `inputMaker` makes them.
 *
 * @param images Borrowed, not changed.
 * @returns `[images, 3, imageSize, imageSize]` or `[images, imageSize, imageSize, 3]` float32, owned by the caller.
 * @throws {RangeError} When the preprocessing is out of range.
 */
export function makeInputs(
  images: readonly RgbImage[],
  preprocessing: Preprocessing,
): Float32Array<ArrayBuffer> {
  const maker = inputMaker(preprocessing);
  const length = preprocessing.imageSize ** 2 * 3;
  const inputs = new Float32Array(images.length * length);
  for (const [at, image] of images.entries()) maker.make(image, inputs, at * length);
  return inputs;
}

/** Turns images into inputs; reuses its memory from call to call. */
export interface InputMaker {
  /** Writes the input of one image into `target` from `offset` on. */
  make(image: RgbImage, target: Float32Array, offset: number): void;
}

/**
 * Inputs of an encoder: resize, take the middle, rescale, normalise, in the order of channels and dimensions that
 * the encoder wants. The same image gives the same input.
 *
 * @throws {RangeError} When the preprocessing is out of range.
 */
export function inputMaker(preprocessing: Preprocessing): InputMaker {
  checkPreprocessing(preprocessing);
  const { imageSize, rounding } = preprocessing;
  const area = imageSize * imageSize;
  const values = new Float32Array(area * 3);
  const resize =
    rounding === '8bit' ? roundedPixels(preprocessing) : fractionalPixels(preprocessing);
  const normalise = normaliser(preprocessing);
  return {
    make(image, target, offset) {
      const geometry = inputGeometry(preprocessing, image.width, image.height);
      resize(image, geometry, values);
      normalise(pasted(values, geometry, imageSize), target, offset);
    },
  };
}

/** Bytes divided by 255 as `[window.height, window.width, 3]`, at the start of `values`. */
type WindowPixels = (image: RgbImage, geometry: InputGeometry, values: Float32Array) => void;

function roundedPixels({ imageSize, interpolation }: Preprocessing): WindowPixels {
  const resizer = bytesResizer(interpolation);
  const bytes = new Uint8Array(imageSize * imageSize * 3);
  return (image, geometry, values) => {
    const { window } = geometry;
    resizer.resize(image, geometry, bytes);
    const length = window.width * window.height * 3;
    for (let at = 0; at < length; at += 1) values[at] = bytes[at]! / 255;
  };
}

function fractionalPixels({ interpolation }: Preprocessing): WindowPixels {
  const resizer = windowResizer(interpolation);
  return (image, geometry, values) => {
    const { window } = geometry;
    const whole = { left: 0, top: 0, width: image.width, height: image.height };
    resizer.resize(image, whole, false, geometry, values, 0);
    if (interpolation === 'bilinear') return;
    const length = window.width * window.height * 3;
    for (let at = 0; at < length; at += 1) {
      values[at] = Math.min(1, Math.max(0, values[at]!));
    }
  };
}

/** The window in the middle of a black square, in place. */
function pasted(
  values: Float32Array,
  { window, left, top }: InputGeometry,
  imageSize: number,
): Float32Array {
  const { width, height } = window;
  if (width === imageSize && height === imageSize) return values;
  const rows = values.slice(0, width * height * 3);
  values.fill(0);
  for (let y = 0; y < height; y += 1) {
    const row = rows.subarray(y * width * 3, (y + 1) * width * 3);
    values.set(row, ((top + y) * imageSize + left) * 3);
  }
  return values;
}

/** Writes normalised values of `[imageSize, imageSize, 3]`, in 0 to 1, as the encoder wants them. */
function normaliser(
  preprocessing: Preprocessing,
): (values: Float32Array, target: Float32Array, offset: number) => void {
  const { imageSize, rescale, mean, std, channels, layout } = preprocessing;
  const area = imageSize * imageSize;
  const range = 255 * rescale;
  // Where the value of a channel goes, and how far the next pixel is.
  const [step, apart] = layout === 'NHWC' ? [3, 1] : [1, area];
  return (values, target, offset) => {
    for (let channel = 0; channel < 3; channel += 1) {
      const middle = mean[channel]! / range;
      const scale = range / std[channel]!;
      let to = offset + apart * (channels === 'rgb' ? channel : 2 - channel);
      for (let from = channel; from < area * 3; from += 3) {
        target[to] = (values[from]! - middle) * scale;
        to += step;
      }
    }
  };
}
