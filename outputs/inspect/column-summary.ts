import { DataType, Field, type RecordBatch, type Schema } from 'apache-arrow';
import type { Json } from '../../operators/files/json.ts';
import type { InspectedColumn, InspectedTable } from './inspection.ts';

/** Values that a preview shows of each vector. */
const shownValues = 4;

/** Names, types and nullability. */
export function columnsOf(schema: Schema): InspectedColumn[] {
  return schema.fields.map((field) => {
    const { name, nullable } = field;
    return { name, type: typeName(field), nullable };
  });
}

/** Type name, such as `fixed_size_list<float32>[128]`, as other readers call it. */
function typeName({ type }: Field): string {
  if (DataType.isFixedSizeList(type)) {
    return `fixed_size_list<${typeName(type.children[0]!)}>[${type.listSize}]`;
  }
  if (DataType.isDictionary(type)) {
    return `dictionary<${nameOf(type.indices)}, ${nameOf(type.dictionary)}>`;
  }
  return `${type}`.toLowerCase();
}

function nameOf(type: DataType): string {
  return typeName(new Field('', type));
}

/** The first `count` rows of a batch as JSON, vectors cut to their first values. */
export function previewOf(batch: RecordBatch, count: number): Record<string, Json>[] {
  const names = batch.schema.fields.map(({ name }) => name);
  return Array.from({ length: Math.min(count, batch.numRows) }, (_, row) =>
    Object.fromEntries(
      names.map((name, column) => [name, shortened(batch.getChildAt(column)?.get(row))]),
    ),
  );
}

function shortened(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'object' && Symbol.iterator in value) {
    const values = Array.from(value as Iterable<unknown>);
    const first = values.slice(0, shownValues).map(shortened);
    return values.length > shownValues ? [...first, `… ${values.length}`] : first;
  }
  // Dates, decimals and whatever else Arrow has say themselves how they look.
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? String(part) : part,
  );
}

/** Gathers what can be said about all rows, batch by batch: classes counted, lengths of vectors. */
export interface ColumnSummary {
  add(batch: RecordBatch): void;
  tables(): InspectedTable[];
}

/** A summary of the dictionary columns and the columns of float vectors of a schema. */
export function columnSummary(schema: Schema): ColumnSummary {
  const counters = schema.fields.flatMap(({ name, type }, column) => {
    if (DataType.isDictionary(type)) return [valueCounts(name, column)];
    if (isTexts(type)) return [valueCounts(name, column)];
    const isVectors = DataType.isFixedSizeList(type) && DataType.isFloat(type.children[0]!.type);
    return isVectors ? [vectorNorms(name, column, type.listSize)] : [];
  });
  return {
    add(batch) {
      for (const counter of counters) counter.add(batch);
    },
    tables() {
      const norms = counters.flatMap(({ norms }) => (norms === undefined ? [] : [norms()]));
      const counts = counters.flatMap(({ counts }) => (counts === undefined ? [] : [counts()]));
      return norms.length === 0
        ? counts
        : [{ title: 'length of vectors', records: norms }, ...counts];
    },
  };
}

interface Counter {
  add(batch: RecordBatch): void;
  readonly counts?: () => InspectedTable;
  readonly norms?: () => Record<string, Json>;
}

function isTexts(type: DataType): boolean {
  return DataType.isList(type) && DataType.isUtf8(type.valueType);
}

function isList(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

/** Rows of each entry of a dictionary, or that hold each text in their lists. */
function valueCounts(name: string, column: number): Counter {
  const counts = new Map<string | null, number>();
  return {
    add(batch) {
      for (const value of batch.getChildAt(column) ?? []) {
        const keys = isList(value) ? value : [value];
        for (const one of keys) {
          const key = one === null ? null : String(one);
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      }
    },
    counts: () => ({
      title: `rows by ${name}`,
      records: [...counts]
        .sort(
          ([a], [b]) => Number(a === null) - Number(b === null) || (String(a) < String(b) ? -1 : 1),
        )
        .map(([value, rows]) => ({ [name]: value, rows })),
    }),
  };
}

/** Smallest, mean and largest Euclidean length of the vectors of a column, and what is not finite. */
function vectorNorms(name: string, column: number, size: number): Counter {
  let [min, max, sum, rows, notFinite] = [Infinity, -Infinity, 0, 0, 0];
  return {
    add(batch) {
      const [data] = batch.getChildAt(column)?.data ?? [];
      const values = data?.children[0]?.values as ArrayLike<number> | undefined;
      if (data === undefined || values === undefined) return;
      for (let row = 0; row < batch.numRows; row += 1) {
        if (!data.getValid(row)) continue;
        let squares = 0;
        for (let at = row * size; at < (row + 1) * size; at += 1) squares += values[at]! ** 2;
        const norm = Math.sqrt(squares);
        if (!Number.isFinite(norm)) {
          notFinite += 1;
          continue;
        }
        min = Math.min(min, norm);
        max = Math.max(max, norm);
        sum += norm;
        rows += 1;
      }
    },
    norms: () => ({
      column: name,
      values: size,
      min: rows === 0 ? null : min,
      mean: rows === 0 ? null : sum / rows,
      max: rows === 0 ? null : max,
      notFinite,
    }),
  };
}
