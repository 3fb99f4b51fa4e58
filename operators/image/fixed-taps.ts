import type { Interpolation } from './resample-filters.ts';
import {
  emptyTaps,
  type ResizedAxis,
  setNearestTaps,
  setTaps,
  type Taps,
} from './resample-taps.ts';

/** Filter taps in fixed point. */
export interface FixedTaps extends Taps {
  /** `[count, widest]` weights; each output pixel's add up to about 2 to the power of `bits`. */
  integers: Int32Array<ArrayBuffer>;
  /** Fractional bits of a weight. */
  bits: number;
}

/**
 * Arithmetic of a resize in bytes.
 *
 * `pillow` has 22 fractional bits, which with 8 bits of a pixel and the sign fill an int32. `torch` has as many as keep
 * the largest weight of the axis below 2^15, at most 22: its weights are int16.
 *
 * @see Pillow 9.4, `src/libImaging/Resample.c`; PyTorch, `aten/src/ATen/native/cpu/UpSampleKernel.cpp`.
 */
export type ByteRule = 'pillow' | 'torch';

const mostBits = 22;

/** Makes the taps of one axis after another; what the last call gave is overwritten by the next. */
export function fixedTapsMaker(
  interpolation: Interpolation,
  rule: ByteRule,
): (axis: ResizedAxis) => FixedTaps {
  const taps: FixedTaps = { ...emptyTaps(), integers: new Int32Array(0), bits: mostBits };
  const bitsOf = rule === 'torch' ? torchBits(interpolation) : (): number => mostBits;
  return (axis) => {
    taps.bits = bitsOf(axis);
    const total = 2 ** taps.bits;
    if (interpolation === 'nearest') setNearestTaps(taps, axis, total, rule);
    else setTaps(taps, axis, total, interpolation);
    round(taps, axis.count);
    return taps;
  };
}

/** Rounds weights half away from zero. */
function round(taps: FixedTaps, count: number): void {
  const { weights, widest } = taps;
  const length = count * widest;
  if (taps.integers.length < length) taps.integers = new Int32Array(length);
  // Truncation of what was moved by a half, towards zero.
  for (let at = 0; at < length; at += 1) {
    const weight = weights[at]!;
    taps.integers[at] = weight < 0 ? weight - 0.5 : weight + 0.5;
  }
}

/** Output pixels that are looked at at a time: a thin image may have millions. */
const block = 4096;

/** Bits that an axis has in PyTorch, found from all its output pixels, whichever are wanted. */
function torchBits(interpolation: Interpolation): (axis: ResizedAxis) => number {
  if (interpolation === 'nearest') return () => mostBits;
  const taps = emptyTaps();
  let known = { from: 0, to: 0, bits: 0 };
  return ({ from, to }) => {
    if (known.from === from && known.to === to) return known.bits;
    let largest = 0;
    for (let first = 0; first < to; first += block) {
      const count = Math.min(block, to - first);
      setTaps(taps, { from, to, first, count }, 1, interpolation);
      largest = Math.max(largest, largestOf(taps, count));
    }
    known = { from, to, bits: bitsFor(largest) };
    return known.bits;
  };
}

function largestOf({ counts, weights, widest }: Taps, count: number): number {
  let largest = 0;
  for (let at = 0; at < count; at += 1) {
    const row = at * widest;
    for (let tap = 0; tap < counts[at]!; tap += 1) {
      largest = Math.max(largest, weights[row + tap]!);
    }
  }
  return largest;
}

function bitsFor(largest: number): number {
  let bits = 0;
  while (bits < mostBits && Math.floor(0.5 + largest * 2 ** (bits + 1)) < 2 ** 15) bits += 1;
  return bits;
}
