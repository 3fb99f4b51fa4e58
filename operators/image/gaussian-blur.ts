import type { Blur } from './draw-view.ts';
import { gaussianTaps } from './gaussian-taps.ts';

/**
 * Blurs a view in place, first down its columns and then across its rows.
 *
 * Outside the view are its reflections, without the pixels at its ends: `… c b [a b c d] c b …`. Where the radius is larger than
 * the view they go to and fro (torchvision refuses that); of a single pixel they are that pixel.
 *
 * @param pixels `[size, size, 3]` from `start` on.
 */
export function blurView(pixels: Float32Array, start: number, size: number, blur: Blur): void {
  const taps = gaussianTaps(blur);
  const line = new Float64Array((size + 2 * blur.radius) * 3);
  for (let x = 0; x < size; x += 1) blurLine(pixels, start + x * 3, size * 3, size, taps, line);
  for (let y = 0; y < size; y += 1) blurLine(pixels, start + y * size * 3, 3, size, taps, line);
}

/** @param line Scratch: the pixels of the line between their reflections. */
function blurLine(
  pixels: Float32Array,
  first: number,
  step: number,
  size: number,
  taps: Float64Array,
  line: Float64Array,
): void {
  const radius = taps.length - 1;
  for (let at = -radius; at < size + radius; at += 1) {
    const from = first + reflection(at, size) * step;
    for (let c = 0; c < 3; c += 1) line[(at + radius) * 3 + c] = pixels[from + c]!;
  }
  for (let at = 0; at < size * 3; at += 1) {
    const middle = at + radius * 3;
    let sum = taps[0]! * line[middle]!;
    for (let k = 1; k <= radius; k += 1) {
      sum += taps[k]! * (line[middle - k * 3]! + line[middle + k * 3]!);
    }
    const c = at % 3;
    pixels[first + ((at - c) / 3) * step + c] = sum;
  }
}

function reflection(at: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const inside = ((at % period) + period) % period;
  return Math.min(inside, period - inside);
}
