import type { Cell } from '../tables/table-file.ts';
import { aligned, type NumberArray, putNumbers } from '../tables/vector-numbers.ts';
import type { NpyHeader, NpyType } from './npy-header.ts';

/** An array of NumPy that lies in a file, as a column of a table: its first size is its rows. */
export interface StoredArray {
  readonly name: string;
  readonly header: NpyHeader;
  /** Bytes of its elements in order, from the first one on, as they come. @throws {Error} The message is the reason. */
  stream(signal: AbortSignal | undefined): AsyncIterable<Uint8Array>;
  /** Bytes of its elements from a place on. @throws {Error} The message is the reason. */
  range(from: number, bytes: number, signal: AbortSignal | undefined): Promise<Uint8Array>;
}

/** Elements of an array. @returns Not safe as an integer when the header is hostile. */
export function elementsOf({ shape }: Pick<NpyHeader, 'shape'>): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Numbers of elements, little-endian ones as they are. */
export function littleEndian(
  { isBigEndian, bytes: width, kind }: NpyType,
  bytes: Uint8Array,
): Uint8Array {
  const unit = kind === 'unicode' ? 4 : kind === 'bytes' ? 1 : width;
  if (!isBigEndian || unit === 1) return bytes;
  const own = Buffer.from(bytes);
  if (unit === 2) return own.swap16();
  return unit === 4 ? own.swap32() : own.swap64();
}

/** Elements as float32, from `at` on. */
export function putElements(type: NpyType, bytes: Uint8Array, out: Float32Array, at: number): void {
  putNumbers(type.number, littleEndian(type, bytes), out, at);
}

/** Elements as cells. @throws {Error} When a text is damaged. */
export function cellsOf(type: NpyType, bytes: Uint8Array): readonly Cell[] {
  const own = littleEndian(type, bytes);
  if (type.kind === 'unicode' || type.kind === 'bytes') return textCells(type, own);
  if (type.number === 'float16') {
    const out = new Float32Array(own.length / 2);
    putNumbers('float16', own, out, 0);
    return [...out];
  }
  const numbers: NumberArray = aligned(type.number, own);
  if (type.kind === 'boolean') return Array.from(numbers as Uint8Array, (one) => one !== 0);
  return Array.from(numbers as ArrayLike<number | bigint>, (one) =>
    typeof one === 'bigint' && Number.isSafeInteger(Number(one)) ? Number(one) : one,
  );
}

function textCells({ kind, bytes: width }: NpyType, bytes: Uint8Array): readonly Cell[] {
  if (width === 0) throw new Error('its texts have no characters');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return Array.from({ length: bytes.length / width }, (_, row) => {
    const from = row * width;
    if (kind === 'unicode') return unicodeText(view, from, from + width);
    let end = from + width;
    while (end > from && bytes[end - 1] === 0) end -= 1;
    try {
      return decoder.decode(bytes.subarray(from, end));
    } catch (error) {
      throw new Error('it has a text that is not UTF-8', { cause: error });
    }
  });
}

/** UTF-32, which ends with zeros. */
function unicodeText(view: DataView, from: number, end: number): string {
  let text = '';
  let last = end;
  while (last > from && view.getUint32(last - 4, true) === 0) last -= 4;
  for (let at = from; at < last; at += 4) {
    const point = view.getUint32(at, true);
    if (point > 0x10_ff_ff || (point >= 0xd8_00 && point <= 0xdf_ff))
      throw new Error('it has a text that is damaged');
    text += String.fromCodePoint(point);
  }
  return text;
}
