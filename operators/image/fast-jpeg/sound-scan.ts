import { isInRange } from './block-range.ts';
import { type HuffmanLookup, lookupBits } from './huffman-lookup.ts';
import type { PlainComponent, PlainJpeg } from './plain-jpeg.ts';

/**
 * End of a plain JPEG whose scan is sound: every code is valid, every block is there to its last bit, the image
 * ends right behind them, and the values of no block are so far out of range that decoders differ (`isInRange`).
 *
 * @returns Position behind the end-of-image marker; undefined when the scan is not sound.
 * @see ITU-T T.81, annex F.2.
 */
export function soundEnd(bytes: Uint8Array, header: PlainJpeg): number | undefined {
  const { components, units, interval } = header;
  const reader: Reader = { bytes, at: header.scan, bits: 0, left: 0, missing: 0 };
  const before = new Int32Array(components.length);
  for (let unit = 0; unit < units; unit += 1) {
    if (interval > 0 && unit > 0 && unit % interval === 0) {
      if (!isAtMarker(reader, 0xd0 + ((unit / interval - 1) & 7))) return undefined;
      restart(reader, before);
    }
    for (let component = 0; component < components.length; component += 1) {
      const { blocks } = components[component]!;
      for (let block = 0; block < blocks; block += 1) {
        if (!isSoundBlock(reader, components[component]!, before, component)) return undefined;
      }
    }
  }
  return isAtMarker(reader, 0xd9) ? reader.at + 2 : undefined;
}

/** Values of the block that is being read, in the order of their codes. One thread reads one block at a time. */
const block = new Int32Array(64);

/** Reads a block. @returns False when it is not sound. */
function isSoundBlock(
  reader: Reader,
  { steps, dc, ac }: PlainComponent,
  before: Int32Array,
  component: number,
): boolean {
  const size = symbolOf(reader, dc);
  if (size < 0) return false;
  before[component]! += valueOf(reader, size);
  const constant = before[component]! * reader.bytes[steps]!;
  block.fill(0);
  block[0] = constant;
  let sum = 0;
  for (let at = 1; at < 64; at += 1) {
    const symbol = symbolOf(reader, ac);
    if (symbol < 0) return false;
    if (symbol === 0) break;
    at += symbol >> 4;
    if (at > 63) return false;
    const value = valueOf(reader, symbol & 15) * reader.bytes[steps + at]!;
    block[at] = value;
    sum += value < 0 ? -value : value;
  }
  return isInRange(block, constant < 0 ? -constant : constant, sum);
}

interface Reader {
  readonly bytes: Uint8Array;
  /** Position of the next byte. */
  at: number;
  /** The last bits that were read; `left` of them are still to be used. */
  bits: number;
  left: number;
  /** How many of those are none of the file's. */
  missing: number;
}

/** Fills up to 25 bits or more, with zeros behind the last. */
function fill(reader: Reader): void {
  const { bytes } = reader;
  while (reader.left <= 24) {
    const byte = bytes[reader.at] ?? 0xff;
    reader.left += 8;
    if (byte === 0xff && bytes[reader.at + 1] !== 0) {
      reader.bits <<= 8;
      reader.missing += 8;
    } else {
      reader.bits = (reader.bits << 8) | byte;
      reader.at += byte === 0xff ? 2 : 1;
    }
  }
}

/** The next symbol; -1 when there is no such code. */
function symbolOf(reader: Reader, { short, limits, offsets, symbols }: HuffmanLookup): number {
  if (reader.left < 16) fill(reader);
  const found = short[(reader.bits >>> (reader.left - lookupBits)) & ((1 << lookupBits) - 1)]!;
  if (found !== 0) {
    reader.left -= found >> 8;
    return found & 255;
  }
  const next = (reader.bits >>> (reader.left - 16)) & 0xffff;
  for (let length = lookupBits + 1; length <= 16; length += 1) {
    if (next >= limits[length]!) continue;
    reader.left -= length;
    return symbols[(next >> (16 - length)) + offsets[length]!]!;
  }
  return -1;
}

/** The value of so many bits, 0 to 11: the upper half is positive, the lower half negative. */
function valueOf(reader: Reader, size: number): number {
  if (size === 0) return 0;
  if (reader.left < size) fill(reader);
  reader.left -= size;
  const value = (reader.bits >>> reader.left) & ((1 << size) - 1);
  return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
}

/** Tests whether this marker comes next, all bits before it used but those that fill up the last byte. */
function isAtMarker({ bytes, at, left, missing }: Reader, marker: number): boolean {
  const isNext = bytes[at] === 0xff && bytes[at + 1] === marker;
  return isNext && left >= missing && left - missing < 8;
}

/** Goes on behind a marker. */
function restart(reader: Reader, before: Int32Array): void {
  reader.at += 2;
  reader.bits = 0;
  reader.left = 0;
  reader.missing = 0;
  before.fill(0);
}
