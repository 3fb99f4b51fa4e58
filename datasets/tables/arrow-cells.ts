import { DataType } from 'apache-arrow';
import type { ByteRange } from '../store/object-store.ts';
import { isList, isText, type LaidField } from './arrow-columns.ts';
import type { TableValue } from './table-file.ts';
import { decodeText, narrow } from './table-values.ts';

/** The buffers of a record batch, by their places in its layout. */
export interface BatchBuffers {
  /** Bytes of a buffer as it was before it was compressed. @throws {Error} When they do not lie in it. */
  read(buffer: number, from: number, bytes: number): Promise<Uint8Array>;
  /** True when what was read may be read again from the same memory, so that nothing is written to it. */
  readonly isShared: boolean;
  /** Place of a buffer in the file; undefined of a compressed one. */
  place(buffer: number): ByteRange | undefined;
  /** Entries of the dictionary of a type. */
  dictionary(id: number): Promise<readonly (TableValue | null)[]>;
}

type Values<T> = readonly (T | null)[];

/** What rows have: a value, none, or a list. */
export type Rows<T> = readonly (T | null | Values<T>)[];

/** Rows of a field that are decoded. */
export interface RowWindow {
  readonly from: number;
  readonly rows: number;
}

/** Decodes the values of a leaf. */
export type DecodeLeaf<T> = (
  leaf: LaidField,
  buffers: BatchBuffers,
  window: RowWindow,
) => Promise<Values<T>>;

/** Decodes rows of one column, along its path; what lies beside them is not read, but where it is compressed with them. */
export async function decodeRows<T>(
  field: LaidField,
  path: readonly number[],
  buffers: BatchBuffers,
  decodeLeaf: DecodeLeaf<T>,
  window: RowWindow = { from: 0, rows: field.rows },
): Promise<Rows<T>> {
  const { type } = field;
  const [next, ...further] = path;
  const isValid = await validRows(field, buffers, window);
  if (next === undefined) return masked(await decodeLeaf(field, buffers, window), isValid, null);
  const child = field.children[next]!;
  if (!isList(type)) {
    const inner = await decodeRows(child, further, buffers, decodeLeaf, window);
    return masked(inner, isValid, inner.some(Array.isArray) ? [] : null);
  }
  const offsets = await listOffsets(field, buffers, window);
  const from = offsets[0]!;
  const below = { from, rows: offsets[window.rows]! - from };
  const inner = await decodeRows(child, further, buffers, decodeLeaf, below);
  const lists = Array.from({ length: window.rows }, (_, row) =>
    inner.slice(offsets[row]! - from, offsets[row + 1]! - from),
  );
  return masked(lists as Rows<T>, isValid, []);
}

/** For each row 1 where it is there, 0 where it is null; undefined where none is null. */
export async function validRows(
  { validity, nulls }: LaidField,
  buffers: BatchBuffers,
  window: RowWindow,
): Promise<Uint8Array | undefined> {
  if (validity === undefined || nulls === 0) return undefined;
  return await bitsOf(validity, buffers, window);
}

async function bitsOf(
  buffer: number,
  buffers: BatchBuffers,
  { from, rows }: RowWindow,
): Promise<Uint8Array> {
  const first = from >>> 3;
  const bytes = await buffers.read(buffer, first, Math.ceil((from + rows) / 8) - first);
  const bits = new Uint8Array(rows);
  for (let row = 0, bit = from & 7; row < rows; row += 1, bit += 1) {
    bits[row] = (bytes[bit >>> 3]! >> (bit & 7)) & 1;
  }
  return bits;
}

function masked<T, N>(
  rows: readonly T[],
  valid: Uint8Array | undefined,
  none: N,
): readonly (T | N)[] {
  if (valid === undefined) return rows;
  return rows.map((one, row) => (valid[row] === 1 ? one : none));
}

/** Where the lists of rows begin among the values below them, and behind the last where it ends. */
export async function listOffsets(
  field: LaidField,
  buffers: BatchBuffers,
  window: RowWindow,
): Promise<Float64Array> {
  const { type, children } = field;
  const most = children[0]!.rows;
  if (DataType.isFixedSizeList(type)) {
    const { listSize } = type;
    const { from, rows } = window;
    if (listSize * (from + rows) > most) throw new Error('its lists are longer than their values');
    return Float64Array.from({ length: rows + 1 }, (_, row) => (from + row) * listSize);
  }
  return await offsetsOf(field, buffers, DataType.isLargeList(type) ? 8 : 4, most, window);
}

/** Offsets of rows, checked: they ascend, and end within `most`. */
async function offsetsOf(
  { buffers: own }: LaidField,
  buffers: BatchBuffers,
  width: 4 | 8,
  most: number,
  { from, rows }: RowWindow,
): Promise<Float64Array> {
  if (rows === 0) return new Float64Array(1);
  const bytes = await buffers.read(own[0]!, from * width, (rows + 1) * width);
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
  window: RowWindow,
): Promise<Values<TableValue>> {
  const { type, buffers: own } = field;
  const { from, rows } = window;
  if (DataType.isDictionary(type)) return await dictionaryValues(field, buffers, window);
  if (DataType.isBool(type)) {
    return Array.from(await bitsOf(own[0]!, buffers, window), Boolean);
  }
  if (DataType.isInt(type) || DataType.isFloat(type)) {
    const width = type.ArrayType.BYTES_PER_ELEMENT;
    const bytes = await buffers.read(own[0]!, from * width, rows * width);
    return Array.from(numbersOf(type, bytes, rows), (one) =>
      typeof one === 'bigint' ? narrow(one) : one,
    );
  }
  const chunks = await chunksOf(field, buffers, window);
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
  window: RowWindow,
): Promise<Values<TableValue>> {
  const { id, indices } = field.type as unknown as { id: number; indices: DataType };
  const entries = await leafValues({ ...field, type: indices }, buffers, window);
  const isThere = await validRows(field, buffers, window);
  const values = await buffers.dictionary(id);
  return entries.map((entry, row) => {
    if (isThere?.[row] === 0) return null;
    const value = values[Number(entry)];
    if (value !== undefined) return value;
    throw new Error(`a value is entry ${Number(entry)} of a dictionary of ${values.length}`);
  });
}

/** Bytes of each row, as views of what was read. */
async function chunksOf(
  field: LaidField,
  buffers: BatchBuffers,
  window: RowWindow,
): Promise<Values<Uint8Array>> {
  const { type, buffers: own } = field;
  const { rows } = window;
  if (DataType.isFixedSizeBinary(type)) {
    const width = type.byteWidth;
    const data = await buffers.read(own[0]!, window.from * width, rows * width);
    return Array.from({ length: rows }, (_, row) => data.subarray(row * width, (row + 1) * width));
  }
  if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) {
    return await viewedChunks(field, buffers, window);
  }
  const width = DataType.isLargeUtf8(type) || DataType.isLargeBinary(type) ? 8 : 4;
  const offsets = await offsetsOf(field, buffers, width, Number.MAX_SAFE_INTEGER, window);
  const first = offsets[0]!;
  const data = await buffers.read(own[1]!, first, offsets[rows]! - first);
  return Array.from({ length: rows }, (_, row) =>
    data.subarray(offsets[row]! - first, offsets[row + 1]! - first),
  );
}

/** Bytes of views: of each buffer that they lead to, the part that they lie in is read. */
async function viewedChunks(
  field: LaidField,
  buffers: BatchBuffers,
  window: RowWindow,
): Promise<Values<Uint8Array>> {
  const views = await viewsOf(field, buffers, window);
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  for (const { buffer, from, bytes } of views) {
    first.set(buffer, Math.min(from, first.get(buffer) ?? Infinity));
    last.set(buffer, Math.max(from + bytes, last.get(buffer) ?? 0));
  }
  const held = new Map<number, Uint8Array>();
  for (const [buffer, from] of first) {
    held.set(buffer, await buffers.read(field.buffers[buffer]!, from, last.get(buffer)! - from));
  }
  return views.map(({ buffer, from, bytes }) => {
    const at = from - first.get(buffer)!;
    return held.get(buffer)!.subarray(at, at + bytes);
  });
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
  { buffers: own }: LaidField,
  buffers: BatchBuffers,
  window: RowWindow,
): Promise<readonly View[]> {
  const start = window.from * 16;
  const bytes = await buffers.read(own[0]!, start, window.rows * 16);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: window.rows }, (_, row) => {
    const at = row * 16;
    const size = view.getInt32(at, true);
    if (size < 0) throw new Error('its views are damaged');
    if (size <= shortBytes) return { buffer: 0, from: start + at + 4, bytes: size };
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
  window: RowWindow,
): Promise<Values<ByteRange>> {
  const { type, buffers: own } = field;
  const { rows } = window;
  const placed = own.map((buffer) => buffers.place(buffer));
  const rangeIn = (buffer: number, from: number, bytes: number): ByteRange => {
    const place = placed[buffer];
    if (place === undefined || from + bytes > place.bytes) throw new Error('a value lies outside');
    return { from: place.from + from, bytes };
  };
  if (DataType.isFixedSizeBinary(type)) {
    const width = type.byteWidth;
    return Array.from({ length: rows }, (_, row) => rangeIn(0, (window.from + row) * width, width));
  }
  if (DataType.isBinaryView(type)) {
    const views = await viewsOf(field, buffers, window);
    return views.map(({ buffer, from, bytes }) => rangeIn(buffer, from, bytes));
  }
  const width = DataType.isLargeBinary(type) ? 8 : 4;
  const offsets = await offsetsOf(field, buffers, width, placed[1]?.bytes ?? 0, window);
  return Array.from({ length: rows }, (_, row) =>
    rangeIn(1, offsets[row]!, offsets[row + 1]! - offsets[row]!),
  );
}
