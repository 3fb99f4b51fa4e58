import { checkRuns } from './check-runs.ts';

/**
 * Decodes runs of equal and of bit-packed numbers, Parquet's encoding of levels and of entries of dictionaries.
 *
 * @param bytes The runs alone, from their first byte to the end of what they lie in.
 * @param width Bits of each number, 1 to 32.
 * @param out Filled with as many numbers as it has.
 * @throws {Error} When they hold others.
 * @see https://parquet.apache.org/docs/file-format/data-pages/encodings/
 */
export function decodeRuns(bytes: Uint8Array, width: number, out: Uint8Array | Uint32Array): void {
  const count = out.length;
  checkRuns(bytes, 0, bytes.length, width, count);
  let at = 0;
  for (let filled = 0; filled < count;) {
    let header = 0;
    for (let factor = 1, byte = 128; byte >= 128; factor *= 128) {
      byte = bytes[at++]!;
      header += (byte & 127) * factor;
    }
    const isPacked = header % 2 === 1;
    const numbers = Math.floor(header / 2) * (isPacked ? 8 : 1);
    const end = Math.min(count, filled + numbers);
    if (isPacked) unpack(bytes, at, width, out, filled, end);
    else out.fill(numberAt(bytes, at, Math.ceil(width / 8)), filled, end);
    at += isPacked ? Math.ceil((numbers * width) / 8) : Math.ceil(width / 8);
    filled = end;
  }
}

/** Tests whether levels are one run of the highest, as where nothing is null: they need not be decoded. */
export function isOneRun(bytes: Uint8Array, width: number, count: number, value: number): boolean {
  let header = 0;
  let at = 0;
  for (let factor = 1, byte = 128; byte >= 128 && at < 10; factor *= 128) {
    byte = bytes[at++] ?? 0;
    header += (byte & 127) * factor;
  }
  const isRun = header % 2 === 0 && header / 2 === count && width <= 8;
  return isRun && bytes[at] === value;
}

function numberAt(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let byte = 0; byte < width; byte += 1) value += (bytes[at + byte] ?? 0) * 256 ** byte;
  return value;
}

/** Eight numbers of `width` bits lie in `width` bytes, lowest bits first. */
function unpack(
  bytes: Uint8Array,
  from: number,
  width: number,
  out: Uint8Array | Uint32Array,
  first: number,
  end: number,
): void {
  if (width === 1) return unpackBits(bytes, from, out, first, end);
  const mask = width === 32 ? 0xff_ff_ff_ff : 2 ** width - 1;
  for (let group = from, at = first; at < end; group += width) {
    const most = Math.min(8, end - at);
    for (let one = 0, bit = 0; one < most; one += 1, at += 1, bit += width) {
      const byte = group + (bit >>> 3);
      const shift = bit & 7;
      let value = (word(bytes, byte) >>> shift) >>> 0;
      if (shift + width > 32) value |= (bytes[byte + 4] ?? 0) << (32 - shift);
      out[at] = value & mask;
    }
  }
}

function unpackBits(
  bytes: Uint8Array,
  from: number,
  out: Uint8Array | Uint32Array,
  first: number,
  end: number,
): void {
  for (let byte = from, at = first; at < end; byte += 1) {
    const most = Math.min(8, end - at);
    for (let one = 0, bits = bytes[byte] ?? 0; one < most; one += 1, bits >>= 1) {
      out[at++] = bits & 1;
    }
  }
}

/** The 32 bits from a byte on; what lies behind the end is 0. */
function word(bytes: Uint8Array, at: number): number {
  if (at + 4 <= bytes.length) {
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  }
  return numberAt(bytes, at, 4) | 0;
}
