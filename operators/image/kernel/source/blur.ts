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
  const weights = blurWeights;
  startSum(rowAt(plane, middle), to, load<f32>(weights));
  for (let tap: usize = 4; tap <= usize(radius) << 2; tap += 4) {
    addBoth(rowAt(plane, middle - tap), rowAt(plane, middle + tap), to, load<f32>(weights + tap));
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
  startSum(from, to, load<f32>(blurWeights));
  for (let tap: usize = 4; tap <= usize(radius) << 2; tap += 4) {
    addBoth(from - tap, from + tap, to, load<f32>(blurWeights + tap));
  }
}

function startSum(from: usize, to: usize, weight: f32): void {
  const by = f32x4.splat(weight);
  const end = to + lane;
  for (; to < end; to += 16) {
    v128.store(to, f32x4.mul(by, v128.load(from)));
    from += 16;
  }
}

/** Adds two lines of one weight to a sum that stays in the nearest cache. */
function addBoth(one: usize, other: usize, to: usize, weight: f32): void {
  const by = f32x4.splat(weight);
  const end = to + lane;
  for (; to < end; to += 16) {
    const both = f32x4.add(v128.load(one), v128.load(other));
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(by, both)));
    one += 16;
    other += 16;
  }
}
