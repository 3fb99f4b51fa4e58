import {
  Binary,
  Bool,
  type Data,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  Int64,
  List,
  makeData,
  RecordBatch,
  type Schema,
  Struct,
  Utf8,
  Vector,
} from 'apache-arrow';
import { PipelineError } from '../../operators/errors.ts';

/** A column of vectors of one length. */
export type VectorsType = FixedSizeList<Float32>;

/** Text from a fixed list, stored as int32 positions. */
export type ClassType = Dictionary<Utf8, Int32>;

/** The type of a column of float32 vectors with `size` values each; neither vectors nor values are null. */
export function vectorsType(size: number): VectorsType {
  if (!Number.isInteger(size) || size < 1) {
    throw new RangeError(`Expected \`size\` to be an integer of at least 1, got \`${size}\``);
  }
  return new FixedSizeList(size, new Field('item', new Float32(), false));
}

/**
 * `[rows, size]` float32 as a column. Borrowed, not copied: unchanged until the batch is on disk.
 *
 * Arrow's own builders of fixed-size lists went wrong with nulls in several releases; here there is none.
 *
 * @throws {RangeError} When `values` is not a whole number of rows.
 */
export function vectorsColumn(values: Float32Array, size: number): Data<VectorsType> {
  const type = vectorsType(size);
  const rows = values.length / size;
  if (!Number.isInteger(rows)) {
    throw new RangeError(`Expected rows of ${size} values, got ${values.length} values`);
  }
  const child = makeData({
    type: new Float32(),
    length: values.length,
    nullCount: 0,
    data: values,
  });
  return makeData({ type, length: rows, nullCount: 0, child });
}

/** Text, or null where there is none. */
export function utf8Column(values: readonly (string | null)[]): Data<Utf8> {
  const encoded = values.map((value) => Buffer.from(value ?? ''));
  const valueOffsets = new Int32Array(values.length + 1);
  for (const [row, bytes] of encoded.entries()) {
    valueOffsets[row + 1] = valueOffsets[row]! + bytes.byteLength;
  }
  const { nullCount, nullBitmap } = validity(values.length, (row) => values[row] !== null);
  const data = Buffer.concat(encoded);
  return makeData({
    type: new Utf8(),
    length: values.length,
    nullCount,
    nullBitmap,
    valueOffsets,
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  });
}

/** A list of texts in each row, none of them null; the list may be. */
export type TextsType = List<Utf8>;

/** The type of `textsColumn`. */
export function textsType(): TextsType {
  return new List(new Field('item', new Utf8(), false));
}

/** The texts of each row, or null where there are none. */
export function textsColumn(rows: readonly (readonly string[] | null)[]): Data<TextsType> {
  const valueOffsets = new Int32Array(rows.length + 1);
  for (const [row, texts] of rows.entries()) {
    valueOffsets[row + 1] = valueOffsets[row]! + (texts?.length ?? 0);
  }
  const known = validity(rows.length, (row) => rows[row] !== null);
  const child = utf8Column(rows.flatMap((texts) => texts ?? []));
  return makeData({ type: textsType(), length: rows.length, ...known, valueOffsets, child });
}

/** Bytes of each row, copied into one buffer. */
export function binaryColumn(values: readonly Uint8Array[]): Data<Binary> {
  const valueOffsets = new Int32Array(values.length + 1);
  for (const [row, value] of values.entries()) {
    valueOffsets[row + 1] = valueOffsets[row]! + value.byteLength;
  }
  const data = new Uint8Array(valueOffsets[values.length]!);
  for (const [row, value] of values.entries()) data.set(value, valueOffsets[row]);
  return makeData({ type: new Binary(), length: values.length, nullCount: 0, valueOffsets, data });
}

/** Whole numbers of 64 bits. Borrowed, not copied. */
export function int64Column(values: BigInt64Array): Data<Int64> {
  return makeData({ type: new Int64(), length: values.length, nullCount: 0, data: values });
}

/** Whole numbers. Borrowed, not copied. */
export function int32Column(values: Int32Array): Data<Int32> {
  return makeData({ type: new Int32(), length: values.length, nullCount: 0, data: values });
}

/** Whole numbers, or null where there is none. */
export function nullableInt32Column(values: readonly (number | null)[]): Data<Int32> {
  const { nullCount, nullBitmap } = validity(values.length, (row) => values[row] !== null);
  return makeData({
    type: new Int32(),
    length: values.length,
    nullCount,
    nullBitmap,
    data: Int32Array.from(values, (value) => value ?? 0),
  });
}

/** True or false, a bit each. */
export function boolColumn(values: readonly boolean[]): Data<Bool> {
  const data = bitmap(values.length, (row) => values[row]!);
  return makeData({ type: new Bool(), length: values.length, nullCount: 0, data });
}

/** Numbers, or null where one is NaN. */
export function float32Column(values: Float32Array): Data<Float32> {
  const { nullCount, nullBitmap } = validity(values.length, (row) => !Number.isNaN(values[row]));
  const data = values.map((value) => (Number.isNaN(value) ? 0 : value));
  return makeData({ type: new Float32(), length: values.length, nullCount, nullBitmap, data });
}

/** Numbers, or null where there is none. */
export function float64Column(values: readonly (number | null)[]): Data<Float64> {
  const { nullCount, nullBitmap } = validity(values.length, (row) => values[row] !== null);
  return makeData({
    type: new Float64(),
    length: values.length,
    nullCount,
    nullBitmap,
    data: Float64Array.from(values, (value) => value ?? 0),
  });
}

/** Labels of one dataset as columns that share one dictionary. */
export interface ClassColumns {
  readonly type: ClassType;
  /** Positions in the class list, -1 for null. Borrowed. @throws {RangeError} For other numbers. */
  column(labels: Int32Array): Data<ClassType>;
}

/**
 * Columns over a fixed class list.
 *
 * The dictionary is the same object for all batches, so that a file holds it once: the file format has
 * no replacement, and readers refuse dictionaries that grow. Its id is `id` and not Arrow's counter,
 * which would make the bytes of a file depend on what the process wrote before.
 *
 * @param id Distinguishes the dictionaries of one schema. @default 0
 */
export function classColumns(classes: readonly string[], id: number = 0): ClassColumns {
  const type: ClassType = new Dictionary(new Utf8(), new Int32(), id);
  const dictionary = new Vector([utf8Column(classes)]);
  return {
    type,
    column(labels) {
      for (const label of labels) {
        if (label < -1 || label >= classes.length) {
          throw new RangeError(
            `Expected labels from -1 to ${classes.length - 1}, got \`${label}\``,
          );
        }
      }
      const known = validity(labels.length, (row) => labels[row] !== -1);
      // Readers look up the place of a null as well, so it must point into the dictionary.
      const data = known.nullCount === 0 ? labels : labels.map((label) => Math.max(0, label));
      return makeData({ type, length: labels.length, ...known, data, dictionary });
    },
  };
}

/**
 * Columns as a batch of `schema`.
 *
 * @throws {PipelineError} `ERR_SHAPE` when the columns have different lengths or do not number the fields.
 */
export function recordBatch(schema: Schema, columns: readonly Data[]): RecordBatch {
  const { fields } = schema;
  if (columns.length !== fields.length) {
    throw new PipelineError(
      'ERR_SHAPE',
      `Expected ${fields.length} columns (${fields.map(({ name }) => name).join(', ')}), got ${columns.length}`,
    );
  }
  const length = columns[0]?.length ?? 0;
  const other = columns.findIndex((column) => column.length !== length);
  if (other !== -1) {
    throw new PipelineError(
      'ERR_SHAPE',
      `Expected column \`${fields[other]!.name}\` to have ${length} rows like the first, got ${columns[other]!.length}`,
    );
  }
  const children = [...columns];
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(fields), length, nullCount: 0, children }),
  );
}

/** Arrow's validity bitmap; left out when nothing is null. */
function validity(
  length: number,
  isValid: (row: number) => boolean,
): { readonly nullCount: number; readonly nullBitmap: Uint8Array | null } {
  let nullCount = 0;
  const nullBitmap = bitmap(length, (row) => {
    const valid = isValid(row);
    if (!valid) nullCount += 1;
    return valid;
  });
  return { nullCount, nullBitmap: nullCount === 0 ? null : nullBitmap };
}

/** A bit for each row, least significant first. */
function bitmap(length: number, isSet: (row: number) => boolean): Uint8Array {
  const bits = new Uint8Array((length + 7) >> 3);
  for (let row = 0; row < length; row += 1) {
    if (isSet(row)) bits[row >> 3]! |= 1 << (row & 7);
  }
  return bits;
}
