import { DataType, type Field, Precision } from 'apache-arrow';
import type { BatchLayout } from '../../operators/arrow/check-layout.ts';
import type { ColumnKind, TableColumn } from './table-file.ts';
import type { NumberType } from './vector-numbers.ts';
import type { VectorShape } from './vector-page.ts';

/** A leaf of an Arrow schema. */
export interface ArrowColumn extends TableColumn {
  /** Places of the fields from the schema down to it. */
  readonly path: readonly number[];
}

/** Deepest nesting of columns. */
const deepest = 32;

/** The leaves of a schema in order. */
export function arrowColumns(fields: readonly Field[]): readonly ArrowColumn[] {
  return fields.flatMap((field, at) => columnsOf(field, [field.name], [at], 0));
}

function columnsOf(
  { type }: Field,
  names: readonly string[],
  path: readonly number[],
  lists: number,
  vector?: VectorShape,
): readonly ArrowColumn[] {
  if (path.length > deepest) throw new Error('its columns are nested too deeply');
  const below = (type: DataType): readonly Field[] => (type.children ?? []) as readonly Field[];
  if (DataType.isStruct(type)) {
    return below(type).flatMap((child, at) =>
      columnsOf(child, [...names, child.name], [...path, at], lists),
    );
  }
  if (isList(type)) {
    const inner = below(type)[0]!;
    const own = lists === 0 ? vectorOf(type, inner.type) : undefined;
    return columnsOf(inner, names, [...path, 0], lists + 1, own);
  }
  const kind = lists > 1 ? 'other' : kindOf(type);
  const shown = `${'list of '.repeat(lists)}${String(type).toLowerCase()}`;
  return [{ name: names.join('.'), kind, isList: lists > 0, type: shown, path, vector }];
}

/** The shape of vectors, where values of a list are numbers; undefined of other lists. */
function vectorOf(list: DataType, type: DataType): VectorShape | undefined {
  const numbers = numberType(type);
  if (numbers === undefined) return undefined;
  return { numbers, dim: DataType.isFixedSizeList(list) ? list.listSize : null };
}

/** Type of numbers of a vector; undefined of values that are none. */
export function numberType(type: DataType): NumberType | undefined {
  if (DataType.isFloat(type)) return (['float16', 'float32', 'float64'] as const)[type.precision];
  if (!DataType.isInt(type)) return undefined;
  return `${type.isSigned ? 'int' : 'uint'}${type.bitWidth}`;
}

/** Tests whether rows of a column are lists. */
export function isList(type: DataType): boolean {
  return DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type);
}

/** Tests whether values are texts. */
export function isText(type: DataType): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type);
}

function isBytes(type: DataType): boolean {
  return (
    DataType.isBinary(type) ||
    DataType.isLargeBinary(type) ||
    DataType.isBinaryView(type) ||
    DataType.isFixedSizeBinary(type)
  );
}

function kindOf(type: DataType): ColumnKind {
  if (DataType.isDictionary(type)) {
    const kind = kindOf(type.dictionary as DataType);
    return kind === 'text' || kind === 'integer' || kind === 'bytes' ? kind : 'other';
  }
  if (isText(type)) return 'text';
  if (isBytes(type)) return 'bytes';
  if (DataType.isInt(type)) return 'integer';
  if (DataType.isBool(type)) return 'boolean';
  return DataType.isFloat(type) && type.precision !== Precision.HALF ? 'number' : 'other';
}

/** A field of a record batch: its rows, and its buffers by their places in the layout. */
export interface LaidField {
  readonly type: DataType;
  readonly rows: number;
  readonly nulls: number;
  readonly validity: number | undefined;
  readonly buffers: readonly number[];
  readonly children: readonly LaidField[];
}

/** Finds the buffers of all fields of a batch, whose layout was checked. */
export function layOut(fields: readonly Field[], layout: BatchLayout): readonly LaidField[] {
  const next = { node: 0, buffer: 0, variadic: 0 };
  const lay = (type: DataType): LaidField => {
    const { length: rows, nullCount: nulls } = layout.nodes[next.node++]!;
    const hasValidity = !DataType.isNull(type) && !DataType.isUnion(type);
    const validity = hasValidity ? next.buffer++ : undefined;
    const isView = DataType.isUtf8View(type) || DataType.isBinaryView(type);
    const more = isView ? layout.variadicBufferCounts[next.variadic++]! : 0;
    const buffers = Array.from({ length: buffersOf(type) + more }, () => next.buffer++);
    const isEncoded = DataType.isDictionary(type);
    const below = isEncoded ? [] : ((type.children ?? []) as readonly Field[]);
    return { type, rows, nulls, validity, buffers, children: below.map((one) => lay(one.type)) };
  };
  return fields.map(({ type }) => lay(type));
}

/** Buffers of a type beside its validity and the data of its views. */
function buffersOf(type: DataType): number {
  const isNone = DataType.isNull(type) || DataType.isStruct(type) || DataType.isFixedSizeList(type);
  if (isNone) return 0;
  const hasOffsets =
    DataType.isUtf8(type) ||
    DataType.isLargeUtf8(type) ||
    DataType.isBinary(type) ||
    DataType.isLargeBinary(type);
  const isDense = DataType.isUnion(type) && DataType.isDenseUnion(type);
  return hasOffsets || isDense ? 2 : 1;
}
