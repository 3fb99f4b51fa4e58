import type { ColourStep } from './draw-view.ts';

// Weights of red, green and blue in a grey, as torchvision has them (ITU-R BT.601, four decimals).
const redShare = 0.2989;
const greenShare = 0.587;
const blueShare = 0.114;

/**
 * Applies one colour change in place, to the pixels in `[start, end)`.
 *
 * Defined as torchvision's `ColorJitter` on float images: values stay in 0 to 1, clamped after each change.
 *
 * @param pixels Red, green and blue interleaved, each in 0 to 1.
 */
export function applyColour(
  pixels: Float32Array,
  start: number,
  end: number,
  { kind, amount }: ColourStep,
): void {
  switch (kind) {
    case 'brightness':
      brighten(pixels, start, end, amount);
      return;
    case 'contrast':
      blendWithMeanGrey(pixels, start, end, amount);
      return;
    case 'saturation':
      blendWithOwnGrey(pixels, start, end, amount);
      return;
    case 'hue':
      turnHue(pixels, start, end, amount);
  }
}

/** Converts to greyscale in place: all three channels get the luma. */
export function applyGrayscale(pixels: Float32Array, start: number, end: number): void {
  for (let at = start; at < end; at += 3) {
    const grey = greyOf(pixels[at]!, pixels[at + 1]!, pixels[at + 2]!);
    pixels[at] = grey;
    pixels[at + 1] = grey;
    pixels[at + 2] = grey;
  }
}

/**
 * Inverts values from a threshold on, in place: `1 − value`.
 *
 * @param threshold Compared in float32, as the values are.
 */
export function applySolarize(
  pixels: Float32Array,
  start: number,
  end: number,
  threshold: number,
): void {
  const from = Math.fround(threshold);
  for (let at = start; at < end; at += 1) {
    if (pixels[at]! >= from) pixels[at] = 1 - pixels[at]!;
  }
}

function brighten(pixels: Float32Array, start: number, end: number, factor: number): void {
  for (let at = start; at < end; at += 1) pixels[at] = clamped(factor * pixels[at]!);
}

function blendWithMeanGrey(pixels: Float32Array, start: number, end: number, factor: number): void {
  let sum = 0;
  for (let at = start; at < end; at += 3) {
    sum += greyOf(pixels[at]!, pixels[at + 1]!, pixels[at + 2]!);
  }
  const rest = ((1 - factor) * sum) / ((end - start) / 3);
  for (let at = start; at < end; at += 1) pixels[at] = clamped(factor * pixels[at]! + rest);
}

function blendWithOwnGrey(pixels: Float32Array, start: number, end: number, factor: number): void {
  for (let at = start; at < end; at += 3) {
    const red = pixels[at]!;
    const green = pixels[at + 1]!;
    const blue = pixels[at + 2]!;
    const rest = (1 - factor) * greyOf(red, green, blue);
    pixels[at] = clamped(factor * red + rest);
    pixels[at + 1] = clamped(factor * green + rest);
    pixels[at + 2] = clamped(factor * blue + rest);
  }
}

/**
 * Hue rotation in HSV; value (the largest channel) and chroma (largest less smallest) are kept.
 *
 * With the hue in sixths of the circle, `channel = least + chroma · weight`, where the weights are
 * `|hue − 3| − 1`, `2 − |hue − 2|` and `2 − |hue − 4|`, clamped: the usual conversion without its six cases.
 */
function turnHue(pixels: Float32Array, start: number, end: number, turn: number): void {
  const sixths = 6 * turn;
  for (let at = start; at < end; at += 3) {
    const red = pixels[at]!;
    const green = pixels[at + 1]!;
    const blue = pixels[at + 2]!;
    const value = red > green ? (red > blue ? red : blue) : green > blue ? green : blue;
    const least = red < green ? (red < blue ? red : blue) : green < blue ? green : blue;
    const chroma = value - least;
    if (chroma === 0) continue;
    let hue = sixths;
    if (value === red) hue += (green - blue) / chroma;
    else if (value === green) hue += 2 + (blue - red) / chroma;
    else hue += 4 + (red - green) / chroma;
    // The hue was in [-1, 5] and turns by at most half a circle.
    if (hue < 0) hue += 6;
    else if (hue >= 6) hue -= 6;
    pixels[at] = least + chroma * clamped(Math.abs(hue - 3) - 1);
    pixels[at + 1] = least + chroma * clamped(2 - Math.abs(hue - 2));
    pixels[at + 2] = least + chroma * clamped(2 - Math.abs(hue - 4));
  }
}

function greyOf(red: number, green: number, blue: number): number {
  return redShare * red + greenShare * green + blueShare * blue;
}

function clamped(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}
