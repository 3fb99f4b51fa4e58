/** A hash of a text, a whole number of 53 bits: two FNV-1a sums of 32 bits, from different beginnings. */
export function stringHash(text: string): number {
  let [one, other] = [0x811c9dc5, 0x2f0b4c47];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 0x01000193);
    other = Math.imul(other ^ (code + at), 0x01000193);
  }
  return (one >>> 0) * 2 ** 21 + ((other >>> 0) & 0x1fffff);
}
