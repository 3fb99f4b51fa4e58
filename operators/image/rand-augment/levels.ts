/** Keeps the highest bits of values rounded to 8 bits, in place. */
export function posterize(pixels: Float32Array, bits: number): void {
  const mask = 256 - 2 ** (8 - bits);
  for (const [at, value] of pixels.entries()) pixels[at] = (byteOf(value) & mask) / 255;
}

/** Inverts values of at least `threshold`, in place. */
export function solarize(pixels: Float32Array, threshold: number): void {
  for (const [at, value] of pixels.entries()) if (value >= threshold) pixels[at] = 1 - value;
}

/** Stretches each channel to 0 to 1, in place; one of a single value stays. */
export function stretchContrast(pixels: Float32Array): void {
  for (let channel = 0; channel < 3; channel += 1) {
    let [least, most] = [1, 0];
    for (let at = channel; at < pixels.length; at += 3) {
      least = Math.min(least, pixels[at]!);
      most = Math.max(most, pixels[at]!);
    }
    if (most <= least) continue;
    const scale = 1 / (most - least);
    for (let at = channel; at < pixels.length; at += 3) {
      pixels[at] = Math.min(1, (pixels[at]! - least) * scale);
    }
  }
}

/** Equalises the histogram of each channel, of values rounded to 8 bits, in place, as Pillow does. */
export function equalize(pixels: Float32Array): void {
  for (let channel = 0; channel < 3; channel += 1) {
    const histogram = new Uint32Array(256);
    for (let at = channel; at < pixels.length; at += 3) histogram[byteOf(pixels[at]!)]! += 1;
    const levels = equalLevels(histogram, pixels.length / 3);
    if (levels === undefined) continue;
    for (let at = channel; at < pixels.length; at += 3) {
      pixels[at] = levels[byteOf(pixels[at]!)]! / 255;
    }
  }
}

/** New level of each level; undefined when there are too few pixels to spread over 255 steps. */
function equalLevels(histogram: Uint32Array, count: number): Uint8Array | undefined {
  const brightest = histogram[histogram.findLastIndex((pixels) => pixels > 0)] ?? 0;
  const step = Math.floor((count - brightest) / 255);
  if (step === 0) return undefined;
  let below = Math.floor(step / 2);
  return Uint8Array.from(histogram, (pixels) => {
    const level = Math.min(255, Math.floor(below / step));
    below += pixels;
    return level;
  });
}

function byteOf(value: number): number {
  return Math.round(value * 255);
}
