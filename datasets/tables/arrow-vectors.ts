import { DataType } from 'apache-arrow';
import { type BatchBuffers, listOffsets, type RowWindow, validRows } from './arrow-cells.ts';
import { type LaidField, numberType } from './arrow-columns.ts';
import { numberBytes, type NumberType, putNumbers } from './vector-numbers.ts';
import { pageRows, spreadRows, type VectorLength, type VectorPage } from './vector-page.ts';

/** How the rows of a batch are read as vectors. */
export interface VectorReading {
  readonly rows: number;
  readonly length: VectorLength;
  readonly signal: AbortSignal | undefined;
}

/** Most rows whose lists are looked at together: 2^16. */
const mostRows = 2 ** 16;

/**
 * Vectors of a record batch, some MiB at a time: numbers that lie in the file as they are wanted are not touched.
 *
 * @param path From the field down to the numbers: through structs, then one list.
 */
export async function* vectorRows(
  field: LaidField,
  path: readonly number[],
  buffers: BatchBuffers,
  { rows, length, signal }: VectorReading,
): AsyncGenerator<VectorPage, void, undefined> {
  const fields = fieldsAlong(field, path);
  const list = fields.at(-2)!;
  for (let from = 0; from < rows;) {
    signal?.throwIfAborted();
    const isFixed = DataType.isFixedSizeList(list.type);
    const most = isFixed ? Math.min(mostRows, pageRows(list.type.listSize)) : mostRows;
    const window = { from, rows: Math.min(most, rows - from) };
    const missing = await missingRows(fields.slice(0, -1), buffers, window);
    const pages = isFixed ? fixedRows : listRows;
    yield* pages(list, buffers, { window, missing, length });
    from += window.rows;
  }
}

/** Fields from the outermost to the numbers. */
function fieldsAlong(field: LaidField, path: readonly number[]): readonly LaidField[] {
  const fields = [field];
  for (const at of path) fields.push(fields.at(-1)!.children[at]!);
  return fields;
}

/** Rows that a list or a struct around it is null of; null where all are there. */
async function missingRows(
  fields: readonly LaidField[],
  buffers: BatchBuffers,
  window: RowWindow,
): Promise<Uint8Array | null> {
  let missing: Uint8Array | null = null;
  for (const field of fields) {
    const valid = await validRows(field, buffers, window);
    if (valid === undefined) continue;
    missing ??= new Uint8Array(window.rows);
    for (const [row, isThere] of valid.entries()) if (isThere === 0) missing[row] = 1;
  }
  return missing?.includes(1) === true ? missing : null;
}

interface RowsOfList {
  readonly window: RowWindow;
  readonly missing: Uint8Array | null;
  readonly length: VectorLength;
}

async function* fixedRows(
  list: LaidField,
  buffers: BatchBuffers,
  { window, missing, length }: RowsOfList,
): AsyncGenerator<VectorPage, void, undefined> {
  const { listSize: dim } = list.type as unknown as { readonly listSize: number };
  const isNone = missing !== null && !missing.includes(0);
  if (dim === 0 || isNone) {
    yield { rows: window.rows, dim: 0, values: none, missing: new Uint8Array(window.rows).fill(1) };
    return;
  }
  length.check(window.from, dim);
  const below = { from: window.from * dim, rows: window.rows * dim };
  const values = await numbersIn(list.children[0]!, buffers, below);
  for (let row = missing?.indexOf(1) ?? -1; row >= 0; row = missing!.indexOf(1, row + 1)) {
    values.fill(Number.NaN, row * dim, (row + 1) * dim);
  }
  yield { rows: window.rows, dim, values, missing };
}

const none = new Float32Array(0);

async function* listRows(
  list: LaidField,
  buffers: BatchBuffers,
  { window, missing, length }: RowsOfList,
): AsyncGenerator<VectorPage, void, undefined> {
  const offsets = await listOffsets(list, buffers, window);
  const empty = emptyRows(offsets, window, missing, length);
  for (let row = 0; row < window.rows;) {
    const end = endOfPage(offsets, row, window.rows);
    const own = empty?.slice(row, end) ?? null;
    const bounds = offsets.subarray(row, end + 1);
    const values = await compactRows(list.children[0]!, buffers, bounds, own);
    yield* spreadRows(length.dim, end - row, values, own?.includes(1) === true ? own : null);
    row = end;
  }
}

/** Rows without a vector: null, or an empty list; null when there is none. Checks the lengths of the others. */
function emptyRows(
  offsets: Float64Array,
  { from, rows }: RowWindow,
  missing: Uint8Array | null,
  length: VectorLength,
): Uint8Array | null {
  let empty = missing;
  for (let row = 0; row < rows; row += 1) {
    if (missing?.[row] === 1) continue;
    const numbers = offsets[row + 1]! - offsets[row]!;
    if (numbers > 0) length.check(from + row, numbers);
    else (empty ??= new Uint8Array(rows))[row] = 1;
  }
  return empty;
}

/** The row behind those from `row` on whose lists are read together: one, or as many as make some MiB. */
function endOfPage(offsets: Float64Array, row: number, rows: number): number {
  const most = pageRows(1);
  let end = row + 1;
  while (end < rows && offsets[end + 1]! - offsets[row]! <= most) end += 1;
  return end;
}

/** Numbers of the rows that have a vector, one after the other: lists of rows that are null are passed over. */
async function compactRows(
  numbers: LaidField,
  buffers: BatchBuffers,
  offsets: Float64Array,
  empty: Uint8Array | null,
): Promise<Float32Array> {
  const rows = offsets.length - 1;
  const first = empty === null ? 0 : empty.indexOf(0);
  if (first < 0) return none;
  const last = empty === null ? rows - 1 : empty.lastIndexOf(0);
  const from = offsets[first]!;
  const values = await numbersIn(numbers, buffers, { from, rows: offsets[last + 1]! - from });
  if (empty === null) return values;
  let taken = 0;
  for (let row = first; row <= last; row += 1) {
    if (empty[row] === 1) continue;
    const [start, end] = [offsets[row]! - from, offsets[row + 1]! - from];
    values.copyWithin(taken, start, end);
    taken += end - start;
  }
  return values.subarray(0, taken);
}

/** Numbers of a field as float32, NaN where they are null. */
async function numbersIn(
  field: LaidField,
  buffers: BatchBuffers,
  window: RowWindow,
): Promise<Float32Array> {
  const { from, rows } = window;
  if (from + rows > field.rows) throw new Error('its lists are longer than their values');
  const type = numberType(field.type)!;
  const width = numberBytes[type];
  const bytes = await buffers.read(field.buffers[0]!, from * width, rows * width);
  const values = asFloat32(type, bytes, rows, buffers.isShared);
  const valid = await validRows(field, buffers, window);
  for (let at = valid?.indexOf(0) ?? -1; at >= 0; at = valid!.indexOf(0, at + 1)) {
    values[at] = Number.NaN;
  }
  return values;
}

/** Numbers as float32: bytes that nobody else holds and lie well are taken as they are. */
function asFloat32(
  type: NumberType,
  bytes: Uint8Array,
  count: number,
  isShared: boolean,
): Float32Array {
  if (type === 'float32' && !isShared && bytes.byteOffset % 4 === 0) {
    return new Float32Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, count);
  }
  const values = new Float32Array(count);
  putNumbers(type, bytes, values, 0);
  return values;
}
