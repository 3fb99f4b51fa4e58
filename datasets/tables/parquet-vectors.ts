import { decodeNumbers } from './parquet-numbers.ts';
import type { EncodedPage, PageContext } from './parquet-page.ts';
import type { ParquetLeaf } from './parquet-schema.ts';
import type { EncodedValues } from './parquet-values.ts';
import { requireLength, spreadRows, type VectorLength, type VectorPage } from './vector-page.ts';

/** Numbers of a dictionary of a column of vectors. */
export function dictionaryNumbers(context: PageContext, values: EncodedValues): Float32Array {
  // A number takes a byte at least: a dictionary that says otherwise takes no memory.
  if (values.count > values.bytes.length) throw new Error('a page holds fewer values than it says');
  const numbers = new Float32Array(values.count);
  decodeNumbers(context, values, undefined, numbers, 0);
  return numbers;
}

/** Vectors of data pages, one after the other: a vector may go on in the next page. */
export interface VectorAssembly {
  /**
   * Rows that are complete with a page.
   *
   * @param dictionary Numbers of its dictionary, where it has one.
   * @param isLast True when no page comes behind it.
   * @throws {Error} When it is damaged, or a vector has another length than those before it.
   */
  add(
    page: EncodedPage,
    dictionary: Float32Array | undefined,
    isLast: boolean,
  ): Iterable<VectorPage>;
}

/** Begins the vectors of a column chunk. */
export function vectorAssembly(context: PageContext, length: VectorLength): VectorAssembly {
  const { leaf } = context;
  // Numbers of a row that may go on in the next page.
  let open: Float32Array | undefined;
  let row = 0;
  return {
    *add(page, dictionary, isLast) {
      const held = open?.length ?? 0;
      const numbers = new Float32Array(held + page.count);
      if (open !== undefined) numbers.set(open);
      decodeNumbers(context, page.encoded, dictionary, numbers, held);
      const cut = rowCutter(row, held, length);
      if (page.definitions === undefined) cutWhole(page, cut);
      else {
        spreadNulls(numbers, held, page.definitions, leaf);
        cutWithNulls(page, page.definitions, leaf, cut);
      }
      if (isLast) cut.close();
      const { rows, missing } = cut.rows();
      open = cut.isOpen ? numbers.slice(cut.from, cut.to) : undefined;
      requireLength(open?.length ?? 0);
      row += rows;
      yield* spreadRows(length.dim, rows, numbers.subarray(0, cut.from), missing);
    },
  };
}

/** Rows that are cut out of numbers, one after the other. */
interface RowCutter {
  /** True when a row has begun that is not complete. */
  isOpen: boolean;
  /** Where the row that has begun starts among the numbers, and where it ends so far. */
  readonly from: number;
  to: number;
  /** Completes the row that has begun, if there is one. @throws {Error} When it has another length than others. */
  close(): void;
  /** Takes a row without a vector. */
  skip(): void;
  /** Rows that are complete. */
  rows(): { readonly rows: number; readonly missing: Uint8Array | null };
}

/** @param held Numbers of a row that began before: more than 0 when there is one. */
function rowCutter(row: number, held: number, length: VectorLength): RowCutter {
  const skipped: number[] = [];
  let rows = 0;
  let from = 0;
  return {
    isOpen: held > 0,
    to: held,
    get from() {
      return from;
    },
    close() {
      if (!this.isOpen) return;
      length.check(row + rows, this.to - from);
      from = this.to;
      rows += 1;
      this.isOpen = false;
    },
    skip() {
      skipped.push(rows);
      rows += 1;
    },
    rows() {
      if (skipped.length === 0) return { rows, missing: null };
      const missing = new Uint8Array(rows);
      for (const one of skipped) missing[one] = 1;
      return { rows, missing };
    },
  };
}

/** Cuts rows of a page whose numbers are all there: they begin where a repetition level is 0. */
function cutWhole({ count, repetitions }: EncodedPage, cut: RowCutter): void {
  const levels = repetitions!;
  const held = cut.to;
  if (count > 0 && levels[0] !== 0 && !cut.isOpen) throw notBegun();
  for (let at = levels.indexOf(0); at >= 0; at = levels.indexOf(0, at + 1)) {
    cut.to = held + at;
    cut.close();
    cut.isOpen = true;
  }
  cut.to = held + count;
}

/** The same of a page in which lists, or numbers in them, may be null. */
function cutWithNulls(
  { count, repetitions }: EncodedPage,
  definitions: Uint8Array,
  { elementDefinition }: ParquetLeaf,
  cut: RowCutter,
): void {
  const levels = repetitions!;
  for (let at = 0; at < count; at += 1) {
    const isThere = definitions[at]! >= elementDefinition;
    if (levels[at] === 0) {
      cut.close();
      cut.isOpen = isThere;
      if (!isThere) cut.skip();
    } else if (!cut.isOpen || !isThere) throw notBegun();
    if (isThere) cut.to += 1;
  }
}

/** Moves numbers apart, so that NaN stands for each that is null. */
function spreadNulls(
  numbers: Float32Array,
  held: number,
  definitions: Uint8Array,
  { definition, elementDefinition }: ParquetLeaf,
): void {
  let elements = 0;
  let present = 0;
  for (const level of definitions) {
    if (level >= elementDefinition) elements += 1;
    if (level === definition) present += 1;
  }
  if (elements === present) return;
  let to = held + elements;
  let from = held + present;
  for (let at = definitions.length - 1; at >= 0; at -= 1) {
    const level = definitions[at]!;
    if (level < elementDefinition) continue;
    to -= 1;
    numbers[to] = level === definition ? numbers[--from]! : Number.NaN;
  }
}

function notBegun(): Error {
  return new Error('a list goes on that has not begun');
}
