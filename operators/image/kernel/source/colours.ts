import { lane, size } from './layout.ts';

// Weights of red, green and blue in a grey, as torchvision has them (ITU-R BT.601, four decimals).
const redShare: f32 = 0.2989;
const greenShare: f32 = 0.587;
const blueShare: f32 = 0.114;

/** Multiplies a row in place. */
export function brighten(row: usize, factor: f64): void {
  scaleAndShift(row, f32(factor), 0);
}

/** Blends a row with one grey, of which it gets `rest`. */
export function blendWithGrey(row: usize, factor: f64, rest: f64): void {
  scaleAndShift(row, f32(factor), f32(rest));
}

function scaleAndShift(row: usize, factor: f32, shift: f32): void {
  const by = f32x4.splat(factor);
  const more = f32x4.splat(shift);
  for (let at = row; at < row + 3 * lane; at += 16) {
    v128.store(at, clamped(f32x4.add(f32x4.mul(by, v128.load(at)), more)));
  }
}

/** Blends each pixel of a row with its own grey. */
export function saturate(row: usize, factor: f64): void {
  const by = f32x4.splat(f32(factor));
  const share = f32x4.splat(f32(1.0 - factor));
  for (let at = row; at < row + lane; at += 16) {
    const red = v128.load(at);
    const green = v128.load(at + lane);
    const blue = v128.load(at + 2 * lane);
    const rest = f32x4.mul(share, greyOf(red, green, blue));
    v128.store(at, clamped(f32x4.add(f32x4.mul(by, red), rest)));
    v128.store(at + lane, clamped(f32x4.add(f32x4.mul(by, green), rest)));
    v128.store(at + 2 * lane, clamped(f32x4.add(f32x4.mul(by, blue), rest)));
  }
}

/**
 * Hue rotation in HSV; value (the largest channel) and chroma (largest less smallest) are kept.
 *
 * With the hue in sixths of the circle, `channel = least + chroma · weight`, where the weights are
 * `|hue − 3| − 1`, `2 − |hue − 2|` and `2 − |hue − 4|`, clamped: the usual conversion without its six cases.
 */
export function turnHue(row: usize, turn: f64): void {
  const sixths = f32x4.splat(f32(6.0 * turn));
  const one = f32x4.splat(1);
  const two = f32x4.splat(2);
  for (let at = row; at < row + lane; at += 16) {
    const red = v128.load(at);
    const green = v128.load(at + lane);
    const blue = v128.load(at + 2 * lane);
    const value = f32x4.pmax(red, f32x4.pmax(green, blue));
    const least = f32x4.pmin(red, f32x4.pmin(green, blue));
    const chroma = f32x4.sub(value, least);
    const hue = onCircle(f32x4.add(sixths, hueOf(red, green, blue, value, chroma)));
    const redWeight = f32x4.sub(distance(hue, 3), one);
    const greenWeight = f32x4.sub(two, distance(hue, 2));
    const blueWeight = f32x4.sub(two, distance(hue, 4));
    v128.store(at, channel(least, chroma, redWeight));
    v128.store(at + lane, channel(least, chroma, greenWeight));
    v128.store(at + 2 * lane, channel(least, chroma, blueWeight));
  }
}

/** Hue in sixths of the circle, in -1 to 5; of a grey, whatever it is called, 0. */
function hueOf(red: v128, green: v128, blue: v128, value: v128, chroma: v128): v128 {
  const isRed = f32x4.eq(value, red);
  const isGreen = f32x4.eq(value, green);
  let difference = f32x4.sub(red, green);
  let base = f32x4.splat(4);
  difference = v128.bitselect(f32x4.sub(blue, red), difference, isGreen);
  base = v128.bitselect(f32x4.splat(2), base, isGreen);
  difference = v128.bitselect(f32x4.sub(green, blue), difference, isRed);
  base = v128.andnot(base, isRed);
  // A grey has no chroma, and a difference of 0.
  return f32x4.add(base, f32x4.div(difference, f32x4.pmax(chroma, f32x4.splat(1e-30))));
}

/** Takes a hue that was turned by at most half a circle back into 0 to 6. */
function onCircle(hue: v128): v128 {
  const six = f32x4.splat(6);
  const low = v128.and(six, f32x4.lt(hue, f32x4.splat(0)));
  const high = v128.and(six, f32x4.ge(hue, six));
  return f32x4.sub(f32x4.add(hue, low), high);
}

function distance(hue: v128, to: f32): v128 {
  return f32x4.abs(f32x4.sub(hue, f32x4.splat(to)));
}

function channel(least: v128, chroma: v128, weight: v128): v128 {
  return f32x4.add(least, f32x4.mul(chroma, clamped(weight)));
}

/** Gives all three channels of a row the grey. */
export function makeGrey(row: usize): void {
  for (let at = row; at < row + lane; at += 16) {
    const grey = greyOf(v128.load(at), v128.load(at + lane), v128.load(at + 2 * lane));
    v128.store(at, grey);
    v128.store(at + lane, grey);
    v128.store(at + 2 * lane, grey);
  }
}

/** Inverts the values of a row from a threshold on. */
export function solarize(row: usize, threshold: f64): void {
  const from = f32x4.splat(f32(threshold));
  const one = f32x4.splat(1);
  for (let at = row; at < row + 3 * lane; at += 16) {
    const values = v128.load(at);
    v128.store(at, v128.bitselect(f32x4.sub(one, values), values, f32x4.ge(values, from)));
  }
}

/** Sum of the greys of a row, in float64: of two lanes each, then of both. */
export function sumOfGreys(row: usize): f64 {
  let sum = f64x2.splat(0);
  const last = row + lane - 16;
  for (let at = row; at < last; at += 16) sum = f64x2.add(sum, halves(greyAt(at)));
  // Behind the end of the row are no pixels.
  const inside = i32x4.splat(size - i32((lane - 16) >> 2));
  const mask = i32x4.gt_s(inside, i32x4(0, 1, 2, 3));
  sum = f64x2.add(sum, halves(v128.and(mask, greyAt(last))));
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

function greyAt(at: usize): v128 {
  return greyOf(v128.load(at), v128.load(at + lane), v128.load(at + 2 * lane));
}

function halves(values: v128): v128 {
  const high = v128.shuffle<f32>(values, values, 2, 3, 2, 3);
  return f64x2.add(f64x2.promote_low_f32x4(values), f64x2.promote_low_f32x4(high));
}

function greyOf(red: v128, green: v128, blue: v128): v128 {
  const weighted = f32x4.add(
    f32x4.mul(f32x4.splat(redShare), red),
    f32x4.mul(f32x4.splat(greenShare), green),
  );
  return f32x4.add(weighted, f32x4.mul(f32x4.splat(blueShare), blue));
}

/** The pseudo-minimum and maximum are one instruction each; there is no NaN here that they would treat otherwise. */
function clamped(values: v128): v128 {
  return f32x4.pmin(f32x4.pmax(values, f32x4.splat(0)), f32x4.splat(1));
}
