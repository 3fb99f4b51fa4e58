import { DataType, type Vector } from 'apache-arrow';

/** True for a column that has a form as text: text, numbers, truths, dictionaries and lists of them. */
export function hasText(type: DataType): boolean {
  if (DataType.isList(type) || DataType.isFixedSizeList(type))
    return isPlain(type.children[0]!.type);
  return isPlain(type);
}

function isPlain(type: DataType): boolean {
  if (DataType.isDictionary(type)) return isPlain(type.dictionary);
  const isNumber = DataType.isInt(type) || DataType.isFloat(type);
  return isNumber || DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isBool(type);
}

/** A cell as text: lists as JSON, null as the empty text. */
export function cellText(column: Vector, row: number): string {
  // What `hasText` accepts.
  const value = column.get(row) as string | number | bigint | boolean | Iterable<unknown> | null;
  if (value === null) return '';
  if (typeof value !== 'object') return String(value);
  return `[${Array.from(value, jsonText).join(',')}]`;
}

function jsonText(value: unknown): string {
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
