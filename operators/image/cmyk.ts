/**
 * Colours of printing inks without a profile: `R = (255 − C)(255 − K) / 255`, rounded, likewise G of M and B of Y.
 *
 * @param inks `[pixels, 4]`, 0 for no ink.
 * @returns `[pixels, 3]`, the bytes that Pillow gives.
 */
export function rgbOfCmyk(inks: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((inks.length / 4) * 3);
  for (let from = 0, to = 0; from < inks.length; from += 4, to += 3) {
    const light = 255 - inks[from + 3]!;
    for (let channel = 0; channel < 3; channel += 1) {
      rgb[to + channel] = light - Math.round((inks[from + channel]! * light) / 255);
    }
  }
  return rgb;
}
