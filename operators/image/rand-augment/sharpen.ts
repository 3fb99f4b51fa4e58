/**
 * Sharpness: blends each pixel with a blurred one, in place. A factor of 1 changes nothing, 0 blurs.
 *
 * The blur is the mean of 3 × 3 pixels in which the one in the middle counts five times. Pixels on the edge stay.
 */
export function sharpen(pixels: Float32Array, size: number, factor: number): void {
  const before = pixels.slice();
  const row = 3 * size;
  for (let y = 1; y < size - 1; y += 1) {
    for (let at = y * row + 3; at < (y + 1) * row - 3; at += 1) {
      const own = before[at]!;
      const blurred =
        (threeOf(before, at - row) + threeOf(before, at) + threeOf(before, at + row) + 4 * own) /
        13;
      pixels[at] = Math.min(1, Math.max(0, factor * own + (1 - factor) * blurred));
    }
  }
}

/** A value and that of its neighbours in the row. */
function threeOf(pixels: Float32Array, at: number): number {
  return pixels[at - 3]! + pixels[at]! + pixels[at + 3]!;
}
