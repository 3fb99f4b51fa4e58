import type { PageContext } from './parquet-page.ts';
import { decodeEntries, decodeValues, type EncodedValues, isIndexed } from './parquet-values.ts';
import {
  type NumberArray,
  numberBytes,
  type NumberType,
  putArray,
  putNumbers,
} from './vector-numbers.ts';

/**
 * Decodes numbers of a page as float32.
 *
 * @param dictionary Numbers of its dictionary, where it has one.
 * @param out Where they go, from `at` on.
 * @throws {Error} When they are damaged, or encoded in a way that is not read.
 */
export function decodeNumbers(
  { decoders, leaf }: PageContext,
  values: EncodedValues,
  dictionary: Float32Array | undefined,
  out: Float32Array,
  at: number,
): void {
  const { bytes, count, encoding } = values;
  const type = leaf.vector!.numbers;
  if (count === 0) return;
  if (isIndexed(encoding)) return putEntries(decodeEntries(bytes, count), dictionary, out, at);
  if (encoding === 'PLAIN') return putNumbers(type, wholeBytes(type, bytes, count), out, at);
  if (encoding === 'BYTE_STREAM_SPLIT') {
    const joined = joinStreams(wholeBytes(type, bytes, count), count, numberBytes[type]);
    return putNumbers(type, joined, out, at);
  }
  const decoded = decodeValues(decoders, leaf, values);
  if (type === 'float16') {
    for (const [one, half] of (decoded as readonly Uint8Array[]).entries()) {
      if (half.length !== 2) throw new Error('a page holds other values than it says');
      putNumbers(type, half, out, at + one);
    }
  } else putArray(decoded as NumberArray, type, out, at);
}

/** The bytes of so many numbers. @throws {Error} When there are fewer. */
function wholeBytes(type: NumberType, bytes: Uint8Array, count: number): Uint8Array {
  const needed = count * numberBytes[type];
  if (needed > bytes.length) throw new Error('a page holds fewer values than it says');
  return bytes.subarray(0, needed);
}

function putEntries(
  entries: Uint32Array,
  dictionary: Float32Array | undefined,
  out: Float32Array,
  at: number,
): void {
  const size = dictionary?.length ?? 0;
  for (let one = 0; one < entries.length; one += 1) {
    const entry = entries[one]!;
    if (entry >= size) {
      throw new Error(`a value is entry ${entry} of a dictionary of ${size}`);
    }
    out[at + one] = dictionary![entry]!;
  }
}

/** Numbers whose first bytes come first, then all second ones, and so on, as they were before. */
function joinStreams(bytes: Uint8Array, count: number, width: number): Uint8Array {
  const joined = new Uint8Array(bytes.length);
  for (let stream = 0; stream < width; stream += 1) {
    const from = stream * count;
    for (let one = 0, to = stream; one < count; one += 1, to += width) {
      joined[to] = bytes[from + one]!;
    }
  }
  return joined;
}
