import { isUtf8 } from 'node:buffer';
import { type Data, DataType, type Field, type RecordBatch } from 'apache-arrow';

/**
 * Checks the values of a record batch that lead elsewhere: offsets ascend and stay in their buffer, places lie in their
 * dictionary, text is UTF-8, and what is declared not null is not.
 *
 * The layout must have been checked. Time: linear in the rows and in the bytes of text; numbers are not read.
 *
 * @throws {Error} Saying which column is damaged.
 */
export function checkValues(batch: RecordBatch): void {
  for (const [column, field] of batch.schema.fields.entries()) {
    for (const data of batch.getChildAt(column)?.data ?? []) checkColumn(field, data);
  }
}

/** Values of dictionaries that are checked already: the batches of a file share them. */
const checked = new WeakSet<Data>();

function checkColumn({ name, nullable }: Field, data: Data): void {
  if (!nullable && data.nullCount > 0) throw new Error(`column \`${name}\` must not have nulls`);
  checkData(name, data);
}

function checkData(name: string, data: Data): void {
  const { type } = data;
  if (DataType.isDictionary(type)) return checkPlaces(name, data);
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) checkText(name, data);
  else if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) checkViews(name, data);
  else if (data.valueOffsets !== undefined && !DataType.isUnion(type)) {
    const [child] = data.children;
    checkOffsets(name, data, child === undefined ? data.values.byteLength : child.length);
  }
  for (const [at, child] of data.children.entries()) {
    const { name: inner } = type.children[at] as Field;
    checkData(`${name}.${inner}`, child);
  }
}

/** Offsets of a column; large ones are 64-bit integers. */
function offsetsOf({ valueOffsets }: Data): ArrayLike<number | bigint> {
  return valueOffsets;
}

function checkOffsets(name: string, data: Data, end: number): void {
  const offsets = offsetsOf(data);
  let before = 0;
  for (let row = 0; data.length > 0 && row <= data.length; row += 1) {
    const offset = Number(offsets[row]);
    if (!(offset >= before && offset <= end)) {
      throw new Error(`column \`${name}\` has an offset that leads outside at row ${row}`);
    }
    before = offset;
  }
}

function checkText(name: string, data: Data): void {
  const bytes = data.values as Uint8Array;
  checkOffsets(name, data, bytes.byteLength);
  if (data.length === 0 || isTextAtOnce(data, bytes)) return;
  const offsets = offsetsOf(data);
  for (let row = 0; row < data.length; row += 1) {
    const text = bytes.subarray(Number(offsets[row]), Number(offsets[row + 1]));
    // What stands in the place of a null is nobody's.
    if (data.getValid(row) && !isUtf8(text)) throw noText(name, row);
  }
}

/** All values are UTF-8 when they are so together and none begins inside a character. */
function isTextAtOnce(data: Data, bytes: Uint8Array): boolean {
  const offsets = offsetsOf(data);
  const [start, end] = [Number(offsets[0]), Number(offsets[data.length])];
  if (!isUtf8(bytes.subarray(start, end))) return false;
  for (let row = 0; row < data.length; row += 1) {
    const at = Number(offsets[row]);
    if (at < end && (bytes[at]! & 0xc0) === 0x80) return false;
  }
  return true;
}

function noText(name: string, row: number): Error {
  return new Error(`column \`${name}\` holds what is no UTF-8 at row ${row}`);
}

/** Places in a dictionary; those of nulls are never followed. */
function checkPlaces(name: string, data: Data): void {
  const places = data.values as ArrayLike<number | bigint>;
  const count = data.dictionary?.length ?? 0;
  for (const values of data.dictionary?.data ?? []) {
    if (!checked.has(values)) checkData(name, values);
    checked.add(values);
  }
  for (let row = 0; row < data.length; row += 1) {
    const place = Number(places[row]);
    if (place >= 0 && place < count) continue;
    if (!data.getValid(row)) continue;
    throw new Error(`column \`${name}\` has no entry ${place} in its dictionary, at row ${row}`);
  }
}

/** Values of up to 12 bytes stand in their view, longer ones in one of the buffers. */
function checkViews(name: string, data: Data): void {
  const { buffer, byteOffset, byteLength } = data.values as Uint8Array;
  const views = new DataView(buffer, byteOffset, byteLength);
  const texts: readonly Uint8Array[] = data.variadicBuffers;
  for (let row = 0; row < data.length; row += 1) {
    if (!data.getValid(row)) continue;
    const at = 16 * row;
    const length = views.getInt32(at, true);
    const isInline = length <= 12;
    const source = isInline ? (data.values as Uint8Array) : texts[views.getInt32(at + 8, true)];
    const start = isInline ? at + 4 : views.getInt32(at + 12, true);
    if (length < 0 || start < 0 || start + length > (source?.byteLength ?? -1)) {
      throw new Error(`column \`${name}\` has a value that lies outside at row ${row}`);
    }
    const isText =
      DataType.isBinaryView(data.type) || isUtf8(source!.subarray(start, start + length));
    if (!isText) throw noText(name, row);
  }
}
