// The views of one image: `openImage`, then for each view `openView`, its changes, and `finish`.
//
// Changes are kept until they must be applied: by the mean grey that a contrast needs, by a blur, or by the end. Each
// time the rows are gone through once, and each row has all its changes while it is in the nearest cache. Rows are cut
// out of the image when they are first needed.
import { blurRow, isBlurred, setRadius } from './blur.ts';
import {
  blendWithGrey,
  brighten,
  makeGrey,
  saturate,
  solarize,
  sumOfGreys,
  turnHue,
} from './colours.ts';
import { interleaveRow, separateRow, setMeans, setScales } from './interleave.ts';
import {
  blurWeights,
  image,
  lane,
  layOutImage,
  mostSteps,
  planes,
  size,
  steps,
  view,
} from './layout.ts';
import { makeRow, setCrop } from './resize.ts';

/** The numbers of `changeKinds` in `open-kernel.ts`. */
const brightness: i32 = 0;
const contrast: i32 = 1;
const saturation: i32 = 2;
const hue: i32 = 3;
const grey: i32 = 4;
const solarization: i32 = 5;

/** Whether the planes hold the rows of this view. */
let made: bool = false;
let pending: i32 = 0;

/** Address where the image is wanted, rows of 8-bit RGB; 0 when memory does not suffice. */
export function openImage(views: i32, width: i32, rows: i32): usize {
  return layOutImage(views, width, rows) ? image : 0;
}

/** Begins a view of a part of the image. */
export function openView(left: i32, top: i32, width: i32, height: i32, mirrored: bool): void {
  setCrop(left, top, width, height, mirrored);
  setRadius(0);
  made = false;
  pending = 0;
}

/** Changes the colours of the view, or inverts them. */
export function change(kind: i32, amount: f64): void {
  if (kind === contrast) {
    const mean = settle(true) / (f64(size) * f64(size));
    keep(contrast, amount, (1.0 - amount) * mean);
    return;
  }
  if (pending === mostSteps) settle(false);
  keep(kind, amount, 0);
}

/**
 * Blurs the view; after that it can be solarized only.
 *
 * Address where the taps are wanted, float32, from the middle outwards; 0 when memory does not suffice.
 */
export function blur(radius: i32): usize {
  settle(false);
  return setRadius(radius) ? blurWeights : 0;
}

/** Address of the view as it is so far, `[size, size, 3]` in 0 to 1. */
export function showPixels(): usize {
  settle(false);
  setMeans(0, 0, 0);
  setScales(1, 1, 1);
  for (let y = 0; y < size; y++) interleaveRow(rowOf(y), y);
  return view;
}

/** Goes on with the pixels at that address, which were changed. */
export function takePixels(): void {
  for (let y = 0; y < size; y++) separateRow(rowOf(y), y);
}

/** Address of the finished view, `[size, size, 3]`, normalised by means and inverse standard deviations. */
export function finish(
  redMean: f64,
  greenMean: f64,
  blueMean: f64,
  redScale: f64,
  greenScale: f64,
  blueScale: f64,
): usize {
  setMeans(redMean, greenMean, blueMean);
  setScales(redScale, greenScale, blueScale);
  for (let y = 0; y < size; y++) {
    const row = isBlurred() ? blurRow(y) : madeRow(y);
    applySteps(row);
    interleaveRow(row, y);
  }
  return view;
}

function keep(kind: i32, amount: f64, rest: f64): void {
  const at = steps + usize(pending) * 24;
  store<i32>(at, kind);
  store<f64>(at, amount, 8);
  store<f64>(at, rest, 16);
  pending += 1;
}

/** Applies what is pending to all rows; the sum of their greys, if it is wanted. */
function settle(summed: bool): f64 {
  let sum = 0.0;
  for (let y = 0; y < size; y++) {
    const row = madeRow(y);
    applySteps(row);
    if (summed) sum += sumOfGreys(row);
  }
  made = true;
  pending = 0;
  return sum;
}

function madeRow(y: i32): usize {
  const row = rowOf(y);
  if (!made) makeRow(y, row);
  return row;
}

function rowOf(y: i32): usize {
  return planes + 3 * lane * usize(y);
}

function applySteps(row: usize): void {
  const end = steps + usize(pending) * 24;
  for (let at = steps; at < end; at += 24) {
    applyStep(row, load<i32>(at), load<f64>(at, 8), load<f64>(at, 16));
  }
}

function applyStep(row: usize, kind: i32, amount: f64, rest: f64): void {
  if (kind === brightness) brighten(row, amount);
  else if (kind === contrast) blendWithGrey(row, amount, rest);
  else if (kind === saturation) saturate(row, amount);
  else if (kind === hue) turnHue(row, amount);
  else if (kind === grey) makeGrey(row);
  else if (kind === solarization) solarize(row, amount);
}
