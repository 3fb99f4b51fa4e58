import {
  acrossStarts,
  acrossWeights,
  downStarts,
  downWeights,
  image,
  lane,
  line,
  size,
  stride,
  tapsOf,
} from './layout.ts';
import { setTaps } from './taps.ts';

let corner: usize = 0;
let width: i32 = 0;
let acrossTaps: i32 = 0;
let downTaps: i32 = 0;

/** Sets the crop that the rows of the view are made of. */
export function setCrop(left: i32, top: i32, columns: i32, rows: i32, mirrored: bool): void {
  corner = image + usize(top) * stride + usize(left) * 3;
  width = columns;
  acrossTaps = tapsOf(columns);
  downTaps = tapsOf(rows);
  const lanes = i32(lane >> 2);
  setTaps(acrossStarts, acrossWeights, acrossTaps, columns, lanes, 4, mirrored, 1.0);
  setTaps(downStarts, downWeights, downTaps, rows, size, 1, false, 1.0 / 255.0);
}

/** Makes row `y` of the view, values in 0 to 1. Down before across: the blended line stays in the nearest cache. */
export function makeRow(y: i32, row: usize): void {
  const start = usize(load<i32>(downStarts + (usize(y) << 2)));
  blendLines(corner + start * stride, downWeights + ((usize(y) * downTaps) << 2));
  resampleLine(row);
}

/** Weighted sum of `downTaps` rows of the crop, sixteen bytes at a time. */
function blendLines(first: usize, weights: usize): void {
  const end = line + usize(width) * 12;
  const weightsEnd = weights + (usize(downTaps) << 2);
  const nextRow = stride;
  let column = first;
  for (let to = line; to < end; to += 64) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    let from = column;
    for (let at = weights; at < weightsEnd; at += 4) {
      const weight = v128.load_splat<f32>(at);
      const bytes = v128.load(from);
      const low = i16x8.extend_low_i8x16_u(bytes);
      const high = i16x8.extend_high_i8x16_u(bytes);
      a = f32x4.add(a, f32x4.mul(weight, floats(i32x4.extend_low_i16x8_u(low))));
      b = f32x4.add(b, f32x4.mul(weight, floats(i32x4.extend_high_i16x8_u(low))));
      c = f32x4.add(c, f32x4.mul(weight, floats(i32x4.extend_low_i16x8_u(high))));
      d = f32x4.add(d, f32x4.mul(weight, floats(i32x4.extend_high_i16x8_u(high))));
      from += nextRow;
    }
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
    column += 16;
  }
}

/** Bytes fit into signed integers, which convert in one instruction. */
function floats(bytes: v128): v128 {
  return f32x4.convert_i32x4_s(bytes);
}

/** Weighted sums of neighbours of the line, four pixels at a time, each with a fourth value that is dropped. */
function resampleLine(row: usize): void {
  const first = line;
  const bytes = usize(acrossTaps) << 4;
  let starts = acrossStarts;
  let at = acrossWeights;
  for (let to = row; to < row + lane; to += 16) {
    let p = first + usize(load<i32>(starts)) * 12;
    let q = first + usize(load<i32>(starts, 4)) * 12;
    let r = first + usize(load<i32>(starts, 8)) * 12;
    let s = first + usize(load<i32>(starts, 12)) * 12;
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    for (const end = at + bytes; at < end; at += 16) {
      a = f32x4.add(a, f32x4.mul(v128.load_splat<f32>(at), v128.load(p)));
      b = f32x4.add(b, f32x4.mul(v128.load_splat<f32>(at, 4), v128.load(q)));
      c = f32x4.add(c, f32x4.mul(v128.load_splat<f32>(at, 8), v128.load(r)));
      d = f32x4.add(d, f32x4.mul(v128.load_splat<f32>(at, 12), v128.load(s)));
      p += 12;
      q += 12;
      r += 12;
      s += 12;
    }
    storePlanes(to, a, b, c, d);
    starts += 16;
  }
}

/** Transposes four pixels into four reds, four greens and four blues. */
function storePlanes(to: usize, a: v128, b: v128, c: v128, d: v128): void {
  const redGreen = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const redGreenNext = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const blue = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const blueNext = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(redGreen, redGreenNext, 0, 1, 4, 5));
  v128.store(to + lane, v128.shuffle<f32>(redGreen, redGreenNext, 2, 3, 6, 7));
  v128.store(to + 2 * lane, v128.shuffle<f32>(blue, blueNext, 0, 1, 4, 5));
}
