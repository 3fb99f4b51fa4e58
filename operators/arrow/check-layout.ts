import { DataType, type Field, UnionMode } from 'apache-arrow';

/** Lengths and buffers of the columns of a record batch, as its header has them. */
export interface BatchLayout {
  readonly length: number;
  readonly nodes: readonly { readonly length: number; readonly nullCount: number }[];
  readonly buffers: readonly { readonly offset: number; readonly length: number }[];
  /** Null when it is not compressed. */
  readonly compression: unknown;
  readonly variadicBufferCounts: readonly number[];
}

/** Rows that may take no bytes at all, as those of a column of nulls. */
const rowsWithoutBytes = 1 << 20;

/**
 * Checks the layout of a record batch: every buffer lies in its body and holds what the lengths promise.
 *
 * Arrow's reader takes both for granted. Where they are wrong it gives nulls, zeros or columns of other lengths, and works
 * through as many rows as are promised.
 *
 * @param fields Columns of the batch.
 * @throws {Error} Saying which column is damaged.
 */
export function checkLayout(
  fields: readonly Field[],
  layout: BatchLayout,
  bodyBytes: number,
): void {
  const { length, nodes, buffers, compression, variadicBufferCounts } = layout;
  const mostRows = Math.max(8 * bodyBytes, rowsWithoutBytes);
  const next = { node: 0, buffer: 0, variadic: 0 };

  const checkBuffer = (name: string, leastBytes: number): void => {
    const buffer = buffers[next.buffer++];
    if (buffer === undefined) throw new Error(`column \`${name}\` lacks a buffer`);
    if (!isCount(buffer.length, bodyBytes) || !isCount(buffer.offset, bodyBytes - buffer.length)) {
      throw new Error(`column \`${name}\` has a buffer that lies outside`);
    }
    // The buffers of compressed batches are as long as they are.
    if (compression === null && buffer.length < leastBytes) {
      const has = `${buffer.length} bytes`;
      throw new Error(`column \`${name}\` needs ${leastBytes} bytes where it has ${has}`);
    }
  };
  const checkViews = (name: string): void => {
    const more = variadicBufferCounts[next.variadic++] ?? 0;
    if (!isCount(more, buffers.length)) throw new Error(`column \`${name}\` lacks a buffer`);
    for (let at = 0; at < more; at += 1) checkBuffer(name, 0);
  };
  const checkColumn = (name: string, type: DataType, leastRows: number): void => {
    const { length: rows = -1, nullCount = -1 } = nodes[next.node++] ?? {};
    if (!isCount(rows, mostRows) || rows < leastRows || !isCount(nullCount, rows)) {
      throw new Error(`column \`${name}\` cannot have ${rows} rows with ${nullCount} nulls`);
    }
    const hasValidity = !DataType.isNull(type) && !DataType.isUnion(type);
    if (hasValidity) checkBuffer(name, nullCount > 0 ? Math.ceil(rows / 8) : 0);
    for (const bytes of leastBytes(type, rows)) checkBuffer(name, bytes);
    if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) checkViews(name);
    // Those of a dictionary are of its values, which are in another batch.
    if (DataType.isDictionary(type)) return;
    for (const child of (type.children ?? []) as readonly Field[]) {
      checkColumn(`${name}.${child.name}`, child.type, leastChildRows(type, rows));
    }
  };

  if (!isCount(length, mostRows)) throw new Error(`it cannot have ${length} rows`);
  for (const { name, type } of fields) {
    const rows = nodes[next.node]?.length;
    if (rows !== length) throw new Error(`column \`${name}\` has ${rows} of ${length} rows`);
    checkColumn(name, type, length);
  }
}

/** Bytes that the buffers of a column take at least, without those of its validity, its children and its views. */
function leastBytes(type: DataType, rows: number): readonly number[] {
  const offsets = rows === 0 ? 0 : rows + 1;
  if (DataType.isNull(type) || DataType.isStruct(type) || DataType.isFixedSizeList(type)) return [];
  if (DataType.isBool(type)) return [Math.ceil(rows / 8)];
  if (DataType.isUtf8(type) || DataType.isBinary(type)) return [4 * offsets, 0];
  if (DataType.isLargeUtf8(type) || DataType.isLargeBinary(type)) return [8 * offsets, 0];
  if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) return [16 * rows];
  if (DataType.isList(type) || DataType.isMap(type)) return [4 * offsets];
  if (DataType.isLargeList(type)) return [8 * offsets];
  if (DataType.isUnion(type)) return type.mode === UnionMode.Dense ? [rows, 4 * rows] : [rows];
  return [rows * bytesOfValue(DataType.isDictionary(type) ? type.indices : type)];
}

function bytesOfValue(type: DataType): number {
  if (DataType.isFixedSizeBinary(type)) return type.byteWidth;
  if (DataType.isDecimal(type)) return type.bitWidth / 8;
  // Months; days and milliseconds; months, days and nanoseconds.
  if (DataType.isInterval(type)) return [4, 8, 16][type.unit] ?? 16;
  const { BYTES_PER_ELEMENT } = type.ArrayType as { readonly BYTES_PER_ELEMENT: number };
  return BYTES_PER_ELEMENT;
}

function leastChildRows(type: DataType, rows: number): number {
  if (DataType.isFixedSizeList(type)) return rows * type.listSize;
  const isRowByRow =
    DataType.isStruct(type) || (DataType.isUnion(type) && type.mode === UnionMode.Sparse);
  return isRowByRow ? rows : 0;
}

function isCount(value: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= most;
}
