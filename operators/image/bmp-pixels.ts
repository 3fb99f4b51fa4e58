import { cutShort, type RawPixels, readable, type SizeCheck } from './raw-pixels.ts';

/**
 * Pixels of a BMP file: 1, 4, 8, 16, 24 or 32 bits a pixel, bottom up or top down, with the headers of Windows and OS/2,
 * plain, in bit fields or run-length encoded. Opacity counts only where a mask of the header names it.
 *
 * @throws {UnreadableFile} When the header is wrong or of another kind, or the file is cut.
 * @see Microsoft, "Bitmap storage" and `BITMAPV5HEADER`.
 */
export function bmpPixels(bytes: Uint8Array, check: SizeCheck): RawPixels {
  const header = headerOf(bytes);
  check(header.width, header.height);
  if (header.bits > 8) return directPixels(bytes, header);
  const indices = header.compression === 0 ? packedIndices(bytes, header) : runs(bytes, header);
  return palettePixels(bytes, header, indices);
}

interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly isTopDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Position of the pixels. */
  readonly pixels: number;
  /** Position of the palette, its colours and the bytes of each. */
  readonly palette: { readonly at: number; readonly colours: number; readonly bytes: 3 | 4 };
  /** Masks of red, green, blue and opacity in a pixel of 16 or 32 bits. */
  readonly masks: readonly number[];
}

const [rle8, rle4, bitFields, alphaBitFields] = [1, 2, 3, 6];

function headerOf(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  readable(bytes.length >= 26, cutShort);
  const size = view.getUint32(14, true);
  readable(bytes.length >= 14 + size, cutShort);
  const isCore = size === 12;
  const width = isCore ? view.getUint16(18, true) : view.getInt32(18, true);
  const tall = isCore ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(isCore ? 24 : 28, true);
  const compression = size < 40 ? 0 : view.getUint32(30, true);
  readable(width > 0 && tall !== 0, 'its header states no size');
  checkKind(bits, compression);
  const stated = size < 40 ? 0 : view.getUint32(46, true);
  const colours = bits > 8 ? 0 : Math.min(stated === 0 ? 2 ** bits : stated, 2 ** bits);
  const hasFields = compression === bitFields || compression === alphaBitFields;
  const fields = hasFields && size < 56 ? (compression === alphaBitFields ? 16 : 12) : 0;
  readable(bytes.length >= 14 + size + (size === 40 ? fields : 0), cutShort);
  return {
    width,
    height: Math.abs(tall),
    isTopDown: tall < 0,
    bits,
    compression,
    pixels: view.getUint32(10, true),
    palette: { at: 14 + size, colours, bytes: isCore ? 3 : 4 },
    masks: hasFields ? masksIn(view, size, compression) : plainMasks(bits),
  };
}

function checkKind(bits: number, compression: number): void {
  const kinds: Readonly<Record<number, readonly number[]>> = {
    0: [1, 4, 8, 16, 24, 32],
    [rle8]: [8],
    [rle4]: [4],
    [bitFields]: [16, 32],
    [alphaBitFields]: [16, 32],
  };
  readable(
    kinds[compression]?.includes(bits) === true,
    `it is a BMP of ${bits} bits a pixel in compression ${compression}, which is not read; convert it to PNG`,
  );
}

function masksIn(view: DataView, size: number, compression: number): readonly number[] {
  const hasAlpha = size >= 56 || compression === alphaBitFields;
  const count = hasAlpha ? 4 : 3;
  return Array.from({ length: count }, (_, at) => view.getUint32(54 + 4 * at, true));
}

function plainMasks(bits: number): readonly number[] {
  return bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
}

/** Bytes of a row: a multiple of four. */
function strideOf({ width, bits }: BmpHeader): number {
  return Math.ceil((width * bits) / 32) * 4;
}

/** Position of the first byte of a row, counted from the top. */
function rowAt(header: BmpHeader, row: number): number {
  const { height, isTopDown, pixels } = header;
  return pixels + (isTopDown ? row : height - 1 - row) * strideOf(header);
}

function checkWhole(bytes: Uint8Array, header: BmpHeader): void {
  const { height, pixels, width, bits } = header;
  // The last row may come without the bytes that fill it up to four.
  const needed = strideOf(header) * (height - 1) + Math.ceil((width * bits) / 8);
  readable(pixels >= 14 && bytes.length - pixels >= needed, cutShort);
}

function directPixels(bytes: Uint8Array, header: BmpHeader): RawPixels {
  checkWhole(bytes, header);
  const { width, height, bits, masks } = header;
  const channels = (masks[3] ?? 0) === 0 ? 3 : 4;
  readable(
    masks.slice(0, 3).every((mask) => mask !== 0),
    'its header states no masks for its colours',
  );
  const fields = masks.slice(0, channels).map(fieldOf);
  const size = bits / 8;
  const data = new Uint8Array(width * height * channels);
  let to = 0;
  for (let row = 0; row < height; row += 1) {
    const end = rowAt(header, row) + width * size;
    for (let at = end - width * size; at < end; at += size) {
      let pixel = bytes[at]! | (bytes[at + 1]! << 8);
      if (size > 2) pixel |= bytes[at + 2]! << 16;
      if (size > 3) pixel |= bytes[at + 3]! << 24;
      for (const { shift, largest } of fields) {
        const value = (pixel >>> shift) & largest;
        data[to] = largest === 255 ? value : Math.trunc((value * 255) / Math.max(largest, 1));
        to += 1;
      }
    }
  }
  return { width, height, channels, data };
}

/** Place of a mask in a pixel, and the largest value that fits into it. */
function fieldOf(mask: number): { readonly shift: number; readonly largest: number } {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
  const largest = mask >>> shift;
  readable((largest & (largest + 1)) === 0, 'its masks have gaps');
  return { shift, largest };
}

/** Palette positions of rows of whole bytes. */
function packedIndices(bytes: Uint8Array, header: BmpHeader): Uint8Array {
  checkWhole(bytes, header);
  const { width, height, bits } = header;
  const [perByte, mask] = [8 / bits, 2 ** bits - 1];
  const indices = new Uint8Array(width * height);
  for (let row = 0, to = 0; row < height; row += 1) {
    const from = rowAt(header, row);
    for (let column = 0; column < width; column += 1, to += 1) {
      const byte = bytes[from + Math.trunc(column / perByte)]!;
      indices[to] = (byte >> (8 - bits * ((column % perByte) + 1))) & mask;
    }
  }
  return indices;
}

/** Palette positions of a run-length encoding. Pixels that are skipped are those of position 0. */
function runs(bytes: Uint8Array, { width, height, bits, pixels }: BmpHeader): Uint8Array {
  const indices = new Uint8Array(width * height);
  let [x, y, at] = [0, height - 1, pixels];
  const put = (value: number): void => {
    if (x < width && y >= 0) indices[y * width + x] = value;
    x += 1;
  };
  const nibble = (byte: number, odd: number): number => (odd === 0 ? byte >> 4 : byte & 15);
  for (;;) {
    // A last row without its end mark is there in full all the same.
    if (at + 2 > bytes.length && y === 0 && x >= width) return indices;
    readable(at + 2 <= bytes.length, cutShort);
    const [count, value] = [bytes[at]!, bytes[at + 1]!];
    at += 2;
    if (count > 0) {
      for (let n = 0; n < count; n += 1) put(bits === 8 ? value : nibble(value, n & 1));
    } else if (value === 1) return indices;
    else if (value === 0) [x, y] = [0, y - 1];
    else if (value === 2) {
      readable(at + 2 <= bytes.length, cutShort);
      [x, y] = [x + bytes[at]!, y - bytes[at + 1]!];
      at += 2;
    } else {
      const size = bits === 8 ? value : Math.ceil(value / 2);
      readable(at + size <= bytes.length, cutShort);
      for (let n = 0; n < value; n += 1) {
        put(bits === 8 ? bytes[at + n]! : nibble(bytes[at + (n >> 1)]!, n & 1));
      }
      // To an even number of bytes.
      at += size + (size & 1);
    }
  }
}

function palettePixels(
  bytes: Uint8Array,
  { width, height, palette }: BmpHeader,
  indices: Uint8Array,
): RawPixels {
  const { at, colours, bytes: size } = palette;
  readable(at + colours * size <= bytes.length, cutShort);
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < indices.length; pixel += 1) {
    const index = indices[pixel]!;
    readable(index < colours, 'it has colours that are not in its palette');
    for (let channel = 0; channel < 3; channel += 1) {
      data[pixel * 3 + channel] = bytes[at + index * size + 2 - channel]!;
    }
  }
  return { width, height, channels: 3, data };
}
