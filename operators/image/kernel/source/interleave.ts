import { lane, size, view } from './layout.ts';

/** Means and inverse standard deviations of red, green and blue. */
let redMean: f32 = 0;
let greenMean: f32 = 0;
let blueMean: f32 = 0;
let redScale: f32 = 1;
let greenScale: f32 = 1;
let blueScale: f32 = 1;

export function setMeans(red: f64, green: f64, blue: f64): void {
  redMean = f32(red);
  greenMean = f32(green);
  blueMean = f32(blue);
}

export function setScales(red: f64, green: f64, blue: f64): void {
  redScale = f32(red);
  greenScale = f32(green);
  blueScale = f32(blue);
}

/**
 * Writes a row of planes into row `y` of the view, normalised.
 *
 * Up to three pixels more than a row has are written; the next row, which is written later, covers them.
 */
export function interleaveRow(row: usize, y: i32): void {
  let to = rowOfView(y);
  for (let at = row; at < row + lane; at += 16) {
    const red = normalised(v128.load(at), redMean, redScale);
    const green = normalised(v128.load(at + lane), greenMean, greenScale);
    const blue = normalised(v128.load(at + 2 * lane), blueMean, blueScale);
    const redGreen = v128.shuffle<f32>(red, green, 0, 4, 1, 5);
    const greenBlue = v128.shuffle<f32>(green, blue, 0, 4, 1, 5);
    const redGreenNext = v128.shuffle<f32>(red, green, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f32>(redGreen, blue, 0, 1, 4, 2));
    v128.store(to, v128.shuffle<f32>(greenBlue, redGreenNext, 2, 3, 4, 5), 16);
    v128.store(to, v128.shuffle<f32>(blue, redGreenNext, 2, 6, 7, 3), 32);
    to += 48;
  }
}

function normalised(values: v128, mean: f32, scale: f32): v128 {
  return f32x4.mul(f32x4.sub(values, f32x4.splat(mean)), f32x4.splat(scale));
}

/** Reads row `y` of the view back into a row of planes, as it is. */
export function separateRow(row: usize, y: i32): void {
  let from = rowOfView(y);
  for (let at = row; at < row + (usize(size) << 2); at += 4) {
    store<f32>(at, load<f32>(from));
    store<f32>(at + lane, load<f32>(from, 4));
    store<f32>(at + 2 * lane, load<f32>(from, 8));
    from += 12;
  }
}

function rowOfView(y: i32): usize {
  return view + usize(y) * usize(size) * 12;
}
