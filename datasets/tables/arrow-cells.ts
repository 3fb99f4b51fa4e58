import { DataType } from 'apache-arrow';
import type { ByteRange } from '../store/object-store.ts';
import { isList, isText, type LaidField } from './arrow-columns.ts';
import type { TableValue } from './table-file.ts';
import { decodeText, narrow } from './table-values.ts';

/** The buffers of a record batch, by their places in its layout. */
export interface BatchBuffers {
  /** A buffer as it was before it was compressed, at least so long. @throws {Error} When it is shorter. */
  read(buffer: number, leastBytes: number): Promise<Uint8Array>;
  /** Place of a buffer in the file; undefined of a compressed one. */
  place(buffer: number): ByteRange | undefined;
  /** Entries of the dictionary of a type. */
  dictionary(id: number): Promise<readonly (TableValue | null)[]>;
}

type Values<T> = readonly (T | null)[];

/** What rows have: a value, none, or a list. */
export type Rows<T> = readonly (T | null | Values<T>)[];

/** Decodes the rows of one column, along its path; what lies beside it is not read. */
export async function decodeRows<T>(
  field: LaidField,
  path: readonly number[],
  buffers: BatchBuffers,
  decodeLeaf: (leaf: LaidField, buffers: BatchBuffers) => Promise<Values<T>>,
): Promise<Rows<T>> {
  const { type, rows } = field;
  const [next, ...further] = path;
  if (next === undefined)
    return masked(await decodeLeaf(field, buffers), await valid(field, buffers), null);
  const inner = await decodeRows(field.children[next]!, further, buffers, decodeLeaf);
  const isValid = await valid(field, buffers);
  if (!isList(type)) {
    return masked(inner.slice(0, rows), isValid, inner.some(Array.isArray) ? [] : null);
  }
  const offsets = await listOffsets(field, buffers, inner.length);
  const lists = Array.from({ length: rows }, (_, row) =>
    inner.slice(offsets[row], offsets[row + 1]),
  );
  return masked(lists as Rows<T>, isValid, []);
}

/** Rows that are null; undefined where none is. */
async function valid(
  { validity, nulls, rows }: LaidField,
  buffers: BatchBuffers,
): Promise<Uint8Array | undefined> {
  if (validity === undefined || nulls === 0) return undefined;
  return await buffers.read(validity, Math.ceil(rows / 8));
}

function masked<T, N>(
  rows: readonly T[],
  bits: Uint8Array | undefined,
  none: N,
): readonly (T | N)[] {
  if (bits === undefined) return rows;
  return rows.map((one, row) => ((bits[row >> 3]! >> (row & 7)) & 1 ? one : none));
}

async function listOffsets(
  field: LaidField,
  buffers: BatchBuffers,
  most: number,
): Promise<ArrayLike<number>> {
  const { type, rows } = field;
  if (DataType.isFixedSizeList(type)) {
    const { listSize } = type;
    if (listSize * rows > most) throw new Error('its lists are longer than their values');
    return Array.from({ length: rows + 1 }, (_, row) => row * listSize);
  }
  return await offsetsOf(field, buffers, DataType.isLargeList(type) ? 8 : 4, most);
}

/** Offsets of rows, checked: they ascend, and end within `most`. */
async function offsetsOf(
  { buffers: own, rows }: LaidField,
  buffers: BatchBuffers,
  width: 4 | 8,
  most: number,
): Promise<ArrayLike<number>> {
  if (rows === 0) return [0];
  const bytes = await buffers.read(own[0]!, (rows + 1) * width);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offsets = new Float64Array(rows + 1);
  for (let row = 0; row <= rows; row += 1) {
    const offset =
      width === 4 ? view.getInt32(row * 4, true) : Number(view.getBigInt64(row * 8, true));
    const isRight = offset >= (row === 0 ? 0 : offsets[row - 1]!) && offset <= most;
    if (!isRight) throw new Error('its offsets are damaged');
    offsets[row] = offset;
  }
  return offsets;
}

/** The values of a leaf. */
export async function leafValues(
  field: LaidField,
  buffers: BatchBuffers,
): Promise<Values<TableValue>> {
  const { type, rows, buffers: own } = field;
  if (DataType.isDictionary(type)) return await dictionaryValues(field, buffers);
  if (DataType.isBool(type)) {
    const bits = await buffers.read(own[0]!, Math.ceil(rows / 8));
    return Array.from({ length: rows }, (_, row) => ((bits[row >> 3]! >> (row & 7)) & 1) === 1);
  }
  if (DataType.isInt(type) || DataType.isFloat(type)) {
    const width = type.ArrayType.BYTES_PER_ELEMENT;
    const numbers = numbersOf(type, await buffers.read(own[0]!, rows * width), rows);
    return Array.from(numbers, (one) => (typeof one === 'bigint' ? narrow(one) : one));
  }
  const chunks = await chunksOf(field, buffers);
  return isText(type) ? chunks.map((one) => (one === null ? null : decodeText(one))) : chunks;
}

/** Numbers of a buffer, which may lie at any byte. */
function numbersOf(
  type: DataType,
  bytes: Uint8Array,
  rows: number,
): ArrayLike<number> & Iterable<number | bigint> {
  const { ArrayType } = type as unknown as {
    readonly ArrayType: new (
      buffer: ArrayBuffer,
    ) => ArrayLike<number> & Iterable<number | bigint> & { readonly BYTES_PER_ELEMENT: number };
  };
  const width = (ArrayType as unknown as { readonly BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
  return new ArrayType(bytes.slice(0, rows * width).buffer);
}

async function dictionaryValues(
  field: LaidField,
  buffers: BatchBuffers,
): Promise<Values<TableValue>> {
  const { id, indices } = field.type as unknown as { id: number; indices: DataType };
  const entries = await leafValues({ ...field, type: indices }, buffers);
  const isThere = (await valid(field, buffers)) ?? undefined;
  const values = await buffers.dictionary(id);
  return entries.map((entry, row) => {
    if (isThere !== undefined && ((isThere[row >> 3]! >> (row & 7)) & 1) === 0) return null;
    const value = values[Number(entry)];
    if (value !== undefined) return value;
    throw new Error(`a value is entry ${Number(entry)} of a dictionary of ${values.length}`);
  });
}

/** Bytes of each row, as views of what was read. */
async function chunksOf(field: LaidField, buffers: BatchBuffers): Promise<Values<Uint8Array>> {
  const { type, rows, buffers: own } = field;
  if (DataType.isFixedSizeBinary(type)) {
    const width = type.byteWidth;
    const data = await buffers.read(own[0]!, rows * width);
    return Array.from({ length: rows }, (_, row) => data.subarray(row * width, (row + 1) * width));
  }
  if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) {
    const views = await viewsOf(field, buffers);
    const data = await Promise.all(own.map(async (buffer) => await buffers.read(buffer, 0)));
    return views.map(({ buffer, from, bytes }) => {
      const held = data[buffer];
      if (held === undefined || from + bytes > held.length) throw new Error('a value lies outside');
      return held.subarray(from, from + bytes);
    });
  }
  const data = await buffers.read(own[1]!, 0);
  const width = DataType.isLargeUtf8(type) || DataType.isLargeBinary(type) ? 8 : 4;
  const offsets = await offsetsOf(field, buffers, width, data.length);
  return Array.from({ length: rows }, (_, row) => data.subarray(offsets[row], offsets[row + 1]));
}

interface View {
  /** Among the buffers of the field; the first holds short values themselves. */
  readonly buffer: number;
  readonly from: number;
  readonly bytes: number;
}

/** Longest value that stands in its view. */
const shortBytes = 12;

async function viewsOf(
  { rows, buffers: own }: LaidField,
  buffers: BatchBuffers,
): Promise<readonly View[]> {
  const bytes = await buffers.read(own[0]!, rows * 16);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: rows }, (_, row) => {
    const at = row * 16;
    const size = view.getInt32(at, true);
    if (size < 0) throw new Error('its views are damaged');
    if (size <= shortBytes) return { buffer: 0, from: at + 4, bytes: size };
    const buffer = 1 + view.getInt32(at + 8, true);
    const from = view.getInt32(at + 12, true);
    if (buffer < 1 || buffer >= own.length || from < 0) throw new Error('its views are damaged');
    return { buffer, from, bytes: size };
  });
}

/** Places in the file of the bytes of each row, where no buffer of them is compressed. */
export async function leafRanges(
  field: LaidField,
  buffers: BatchBuffers,
): Promise<Values<ByteRange>> {
  const { type, rows, buffers: own } = field;
  const placed = own.map((buffer) => buffers.place(buffer));
  const rangeIn = (buffer: number, from: number, bytes: number): ByteRange => {
    const place = placed[buffer];
    if (place === undefined || from + bytes > place.bytes) throw new Error('a value lies outside');
    return { from: place.from + from, bytes };
  };
  if (DataType.isFixedSizeBinary(type)) {
    const width = type.byteWidth;
    return Array.from({ length: rows }, (_, row) => rangeIn(0, row * width, width));
  }
  if (DataType.isBinaryView(type)) {
    const views = await viewsOf(field, buffers);
    return views.map(({ buffer, from, bytes }) => rangeIn(buffer, from, bytes));
  }
  const width = DataType.isLargeBinary(type) ? 8 : 4;
  const offsets = await offsetsOf(field, buffers, width, placed[1]?.bytes ?? 0);
  return Array.from({ length: rows }, (_, row) =>
    rangeIn(1, offsets[row]!, offsets[row + 1]! - offsets[row]!),
  );
}
