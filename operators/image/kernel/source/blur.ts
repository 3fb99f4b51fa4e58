import {
  blurLane,
  blurLine,
  blurredRow,
  blurWeights,
  lane,
  layOutBlur,
  planes,
  reflected,
  size,
} from './layout.ts';

/** Taps to each side of the middle; 0 leaves the view sharp. */
let radius: i32 = 0;

export function setRadius(taps: i32): bool {
  radius = taps;
  if (taps === 0) return true;
  if (!layOutBlur(taps)) return false;
  for (let at = -taps; at < size + taps; at++) {
    store<i32>(reflected + (usize(at + taps) << 2), reflection(at));
  }
  return true;
}

export function isBlurred(): bool {
  return radius > 0;
}

/** Position inside the view that one outside reflects, to and fro as often as it takes; the ends are not repeated. */
function reflection(at: i32): i32 {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const inside = ((at % period) + period) % period;
  return min(inside, period - inside);
}

/** Row `y` of the planes, blurred down and across; the planes stay as they are. */
export function blurRow(y: i32): usize {
  for (let at: usize = 0; at < 3 * lane; at += lane) {
    const to = blurLine + (at / lane) * blurLane;
    blurDown(y, planes + at, to + (usize(radius) << 2));
    reflectEnds(to);
    blurAcross(to + (usize(radius) << 2), blurredRow + at);
  }
  return blurredRow;
}

/** Weighted sum of the rows around `y` of one channel. */
function blurDown(y: i32, plane: usize, to: usize): void {
  const middle = reflected + (usize(y + radius) << 2);
  for (let at: usize = 0; at < lane; at += 16) {
    let sum = f32x4.mul(v128.load_splat<f32>(blurWeights), v128.load(rowAt(plane, middle) + at));
    for (let tap: usize = 4; tap <= usize(radius) << 2; tap += 4) {
      const above = v128.load(rowAt(plane, middle - tap) + at);
      const below = v128.load(rowAt(plane, middle + tap) + at);
      const weight = v128.load_splat<f32>(blurWeights + tap);
      sum = f32x4.add(sum, f32x4.mul(weight, f32x4.add(above, below)));
    }
    v128.store(to + at, sum);
  }
}

function rowAt(plane: usize, entry: usize): usize {
  return plane + 3 * lane * usize(load<i32>(entry));
}

/** Fills the pixels on both sides of a blurred line. */
function reflectEnds(line: usize): void {
  const first = line + (usize(radius) << 2);
  for (let at: usize = 0; at < usize(radius) << 2; at += 4) {
    copyReflected(line, first, at);
    copyReflected(line, first, at + (usize(radius + size) << 2));
  }
}

function copyReflected(line: usize, first: usize, at: usize): void {
  const from = usize(load<i32>(reflected + at)) << 2;
  store<f32>(line + at, load<f32>(first + from));
}

/** Weighted sum of the neighbours of each pixel of a line. */
function blurAcross(from: usize, to: usize): void {
  for (let at: usize = 0; at < lane; at += 16) {
    let sum = f32x4.mul(v128.load_splat<f32>(blurWeights), v128.load(from + at));
    for (let tap: usize = 4; tap <= usize(radius) << 2; tap += 4) {
      const both = f32x4.add(v128.load(from + at - tap), v128.load(from + at + tap));
      sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(blurWeights + tap), both));
    }
    v128.store(to + at, sum);
  }
}
