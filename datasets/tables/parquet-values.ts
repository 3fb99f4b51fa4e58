import { checkDeltas, checkRuns } from './check-runs.ts';
import type { PageDecoders } from './parquet-decoders.ts';
import { decodeRuns } from './level-runs.ts';
import type { ParquetLeaf } from './parquet-schema.ts';
import { checkDecodedSize } from './row-bounds.ts';

/** Values of Parquet before they get their meaning. */
export type RawValues = ArrayLike<unknown>;

/** The encoded values of a page. */
export interface EncodedValues {
  /** The values alone, from their first byte to the end of the page. */
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly encoding: string;
}

/** Tests whether values of an encoding are entries of the dictionary. */
export function isIndexed(encoding: string): boolean {
  return encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY';
}

/**
 * Decodes the values of a page; of a dictionary encoding, the entries that they are.
 *
 * @throws {Error} When they are damaged, or encoded in a way that is not read.
 */
export function decodeValues(
  decoders: PageDecoders,
  leaf: ParquetLeaf,
  values: EncodedValues,
): RawValues {
  const { bytes, count, encoding } = values;
  if (count === 0) return [];
  if (isIndexed(encoding)) return decodeEntries(bytes, count);
  const decode = encodings[encoding];
  if (decode === undefined) throw new Error(`its encoding ${encoding} is not read`);
  const decoded = decode(decoders, leaf, bytes, count);
  if (decoded.length !== count) throw new Error('a page holds other values than it says');
  checkInside(decoded, bytes);
  return decoded;
}

type DecodeEncoding = (
  decoders: PageDecoders,
  leaf: ParquetLeaf,
  bytes: Uint8Array,
  count: number,
) => RawValues;

const encodings: Readonly<Record<string, DecodeEncoding>> = {
  PLAIN(decoders, leaf, bytes, count) {
    checkPlain(leaf, bytes, count);
    return decoders.plain.readPlain(readerOf(bytes), leaf.physical, count, leaf.width);
  },
  RLE(decoders, leaf, bytes, count) {
    if (leaf.physical !== 'BOOLEAN') throw new Error('its encoding RLE is not read');
    const end = 4 + lengthAt(bytes, 0);
    checkRuns(bytes, 4, end, 1, count);
    const bits = new Uint8Array(count);
    decoders.runs.readRleBitPackedHybrid(readerOf(bytes), 1, bits);
    return Array.from(bits, Boolean);
  },
  BYTE_STREAM_SPLIT(decoders, leaf, bytes, count) {
    if (count * (widths[leaf.physical] ?? leaf.width ?? 0) > bytes.length) throw tooFew();
    return decoders.runs.byteStreamSplit(readerOf(bytes), count, leaf.physical, leaf.width);
  },
  DELTA_BINARY_PACKED(decoders, leaf, bytes, count) {
    checkDeltas(bytes, 0, count);
    const numbers = leaf.physical === 'INT32' ? new Int32Array(count) : new BigInt64Array(count);
    decoders.delta.deltaBinaryUnpack(readerOf(bytes), count, numbers);
    return numbers;
  },
  DELTA_LENGTH_BYTE_ARRAY(decoders, _leaf, bytes, count) {
    checkDeltas(bytes, 0, count);
    const values: Uint8Array[] = [];
    decoders.delta.deltaLengthByteArray(readerOf(bytes), count, values);
    return values;
  },
  DELTA_BYTE_ARRAY(decoders, _leaf, bytes, count) {
    const lengths = checkDeltas(bytes, 0, count);
    checkDeltas(bytes, lengths, count);
    checkPrefixes(decoders, bytes, count);
    const values: Uint8Array[] = [];
    decoders.delta.deltaByteArray(readerOf(bytes), count, values);
    return values;
  },
};

/** Entries of a dictionary that values are. */
export function decodeEntries(bytes: Uint8Array, count: number): Uint32Array {
  const width = bytes[0];
  if (width === undefined) throw tooFew();
  const entries = new Uint32Array(count);
  if (width === 0) return entries;
  decodeRuns(bytes.subarray(1), width, entries);
  return entries;
}

/** Bytes of a value of a physical type of one size. */
const widths: Readonly<Record<string, number>> = {
  INT32: 4,
  FLOAT: 4,
  INT64: 8,
  DOUBLE: 8,
  INT96: 12,
};

/** Checks that a page holds the values that it says, by the length that stands before each text. */
function checkPlain(leaf: ParquetLeaf, bytes: Uint8Array, count: number): void {
  if (leaf.physical === 'BYTE_ARRAY') {
    let at = 0;
    for (let value = 0; value < count; value += 1) at += 4 + lengthAt(bytes, at);
    if (at > bytes.length) throw tooFew();
    return;
  }
  const width = widths[leaf.physical] ?? leaf.width ?? 0;
  const needed = leaf.physical === 'BOOLEAN' ? Math.ceil(count / 8) : count * width;
  if (needed > bytes.length || (needed === 0 && leaf.physical !== 'BOOLEAN')) throw tooFew();
}

/** Checks that values begin with no more of the one before than it has, and what they come to. */
function checkPrefixes(decoders: PageDecoders, bytes: Uint8Array, count: number): void {
  const [prefixes, suffixes] = [new Int32Array(count), new Int32Array(count)];
  const reader = readerOf(bytes);
  decoders.delta.deltaBinaryUnpack(reader, count, prefixes);
  decoders.delta.deltaBinaryUnpack(reader, count, suffixes);
  let total = 0;
  let before = 0;
  for (const [at, prefix] of prefixes.entries()) {
    const suffix = suffixes[at]!;
    if (prefix < 0 || suffix < 0 || prefix > before) throw tooFew();
    before = prefix + suffix;
    total += before;
  }
  checkDecodedSize(bytes.length, total);
}

/** Decoders take bytes beyond a page for its own where they lie in the same memory. */
function checkInside(values: RawValues, { buffer, byteOffset, byteLength }: Uint8Array): void {
  if (!Array.isArray(values)) return;
  for (const value of values as unknown[]) {
    if (!(value instanceof Uint8Array) || value.buffer !== buffer) continue;
    if (value.byteOffset + value.byteLength > byteOffset + byteLength) throw tooFew();
  }
}

/** The 32-bit number at an offset. */
export function lengthAt(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw tooFew();
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)) + bytes[at + 3]! * 2 ** 24;
}

/** A reader of hyparquet. */
export function readerOf(bytes: Uint8Array): { view: DataView<ArrayBuffer>; offset: number } {
  const { buffer, byteOffset, byteLength } = bytes;
  return { view: new DataView(buffer as ArrayBuffer, byteOffset, byteLength), offset: 0 };
}

function tooFew(): Error {
  return new Error('a page holds fewer values than it says');
}
