/**
 * A PNG whose `eXIf` stands before its pixels, where libvips looks for it; the standard lets it stand behind them, too.
 *
 * @returns The file itself where there is nothing to move.
 * @see W3C, PNG (third edition), section 5.6.
 */
export function withEarlyExif(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let pixels: number | undefined;
  for (let at = 8; at + 12 <= bytes.length;) {
    const type = view.getUint32(at + 4);
    const end = at + 12 + view.getUint32(at);
    if (type === chunkTypes.pixels) pixels ??= at;
    if (type === chunkTypes.end || end > bytes.length) return bytes;
    if (type === chunkTypes.exif) {
      if (pixels === undefined) return bytes;
      const parts = [
        bytes.subarray(0, pixels),
        bytes.subarray(at, end),
        bytes.subarray(pixels, at),
        bytes.subarray(end),
      ];
      return Buffer.concat(parts);
    }
    at = end;
  }
  return bytes;
}

/** Names of chunks as numbers: `IDAT`, `eXIf` and `IEND`. */
const chunkTypes = { pixels: 0x49444154, exif: 0x65584966, end: 0x49454e44 } as const;
