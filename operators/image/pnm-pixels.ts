import { cutShort, type RawPixels, readable, type SizeCheck } from './raw-pixels.ts';

/**
 * Pixels of a PBM, PGM or PPM file (`P1` to `P6`), with up to 16 bits a value. Of several images in a file the first.
 *
 * Values of another maximum than 255 are scaled: `value / maximum × 255`, rounded.
 *
 * @throws {UnreadableFile} When the header is wrong, values are above the maximum, or the file is cut.
 * @see Netpbm's `ppm(5)`, `pgm(5)` and `pbm(5)`.
 */
export function pnmPixels(bytes: Uint8Array, check: SizeCheck): RawPixels {
  const kind = bytes[1]! - 0x30;
  const isBitmap = kind === 1 || kind === 4;
  const header = words(bytes, 2, isBitmap ? 2 : 3);
  const [width = 0, height = 0, maximum = 1] = header.values;
  readable(width > 0 && height > 0, 'its header states no size');
  readable(maximum > 0 && maximum < 65_536, 'its header states no maximum of 1 to 65535');
  check(width, height);
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  const layout = { width, height, channels, maximum } as const;
  if (kind === 6 && maximum === 255) {
    const [from, size] = [header.end, 3 * width * height];
    readable(bytes.length - from >= size, cutShort);
    // Bytes of pixels as they are; of the caller's own, since a file may lie in a buffer that is used again.
    return { width, height, channels: 3, data: new Uint8Array(bytes.subarray(from, from + size)) };
  }
  const values =
    kind <= 3
      ? plainValues(bytes, header.end, layout, isBitmap)
      : isBitmap
        ? packedBits(bytes, header.end, layout)
        : binaryValues(bytes, header.end, layout);
  const level = (value: number): number =>
    isBitmap ? 255 * (1 - value) : Math.round((value * 255) / maximum);
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at += 1) {
    const value = values[channels === 3 ? at : Math.trunc(at / 3)]!;
    readable(value <= maximum, 'it has values above its maximum');
    data[at] = level(value);
  }
  return { width, height, channels: 3, data };
}

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly maximum: number;
}

/** The next decimal numbers, and the position after the one white space behind them. `#` begins a comment. */
function words(
  bytes: Uint8Array,
  from: number,
  count: number,
): { readonly values: readonly number[]; readonly end: number } {
  const values: number[] = [];
  let at = from;
  while (values.length < count) {
    at = behindSpace(bytes, at);
    const first = at;
    let value = 0;
    for (; isDigit(bytes[at]!); at += 1) value = 10 * value + bytes[at]! - 0x30;
    const isNumber = at > first && at - first <= 9 && isSpace(bytes[at]!);
    readable(isNumber, 'its header is not that of a PNM file');
    values.push(value);
  }
  return { values, end: at + 1 };
}

/** Position of the next byte that is neither white space nor in a comment. */
function behindSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  for (; isSpace(bytes[at]!) || bytes[at] === 0x23; at += 1) {
    if (bytes[at] !== 0x23) continue;
    while (at < bytes.length && bytes[at] !== 0x0a && bytes[at] !== 0x0d) at += 1;
  }
  return at;
}

function binaryValues(
  bytes: Uint8Array,
  from: number,
  { width, height, channels, maximum }: Layout,
): Uint8Array | Uint16Array {
  const count = width * height * channels;
  const size = maximum < 256 ? 1 : 2;
  readable(bytes.length - from >= count * size, cutShort);
  if (size === 1) return bytes.subarray(from, from + count);
  const values = new Uint16Array(count);
  for (let at = 0; at < count; at += 1) {
    values[at] = (bytes[from + 2 * at]! << 8) | bytes[from + 2 * at + 1]!;
  }
  return values;
}

/** Rows of bits, each from a new byte. */
function packedBits(bytes: Uint8Array, from: number, { width, height }: Layout): Uint8Array {
  const stride = Math.ceil(width / 8);
  readable(bytes.length - from >= stride * height, cutShort);
  const values = new Uint8Array(width * height);
  for (let at = 0; at < values.length; at += 1) {
    const column = at % width;
    const byte = bytes[from + Math.trunc(at / width) * stride + (column >> 3)]!;
    values[at] = (byte >> (7 - (column & 7))) & 1;
  }
  return values;
}

/** Decimal numbers; bits of a bitmap need no white space between them. */
function plainValues(
  bytes: Uint8Array,
  from: number,
  { width, height, channels }: Layout,
  isBitmap: boolean,
): Uint16Array {
  const values = new Uint16Array(width * height * channels);
  let found = 0;
  let at = from - 1;
  let number = -1;
  for (; at <= bytes.length && found < values.length; at += 1) {
    const digit = (bytes[at] ?? 0x20) - 0x30;
    const isNext = digit >= 0 && digit <= 9;
    if (isNext) number = Math.min(65_536, Math.max(number, 0) * 10 + digit);
    if (number >= 0 && (!isNext || isBitmap)) {
      readable(number < 65_536, 'it has values above its maximum');
      values[found] = number;
      found += 1;
      number = -1;
    }
    if (bytes[at] === 0x23) while (at < bytes.length && bytes[at] !== 0x0a) at += 1;
    else readable(isNext || isSpace(digit + 0x30), 'it has other text among its numbers');
  }
  readable(found === values.length, cutShort);
  return values;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 9 && code <= 13);
}
