import type { NumberType } from './vector-numbers.ts';

/** What the rows of a column have that can be vectors: one list of numbers each. */
export interface VectorShape {
  readonly numbers: NumberType;
  /** Numbers of each row, where the file says so beforehand; else null. */
  readonly dim: number | null;
}

/** Vectors of successive rows, in memory that nobody else holds. */
export interface VectorPage {
  readonly rows: number;
  /** Numbers of each; 0 when no row has a vector. */
  readonly dim: number;
  /** `[rows, dim]` float32; NaN in rows without a vector, and for single numbers that are null. */
  readonly values: Float32Array;
  /** `[rows]` 1 for a row that has no vector: null, or an empty list; null when all have one. */
  readonly missing: Uint8Array | null;
}

/** Length of the vectors of a column, which its first one decides. */
export interface VectorLength {
  /** 0 before the first one. */
  readonly dim: number;
  /** Row of the table at which the group begins that is read. */
  first: number;
  /**
   * Takes the length of the vector of a row of the group, 1 or more.
   *
   * @throws {Error} When those before have another one.
   */
  check(row: number, length: number): void;
}

/** Longest vector: 2^24 numbers. */
const longest = 2 ** 24;

/** Begins to look at the vectors of a column. @param dim Their length where the file says so; else null. */
export function vectorLength(dim: number | null): VectorLength {
  let known = dim ?? 0;
  requireLength(known);
  let decidedBy: number | undefined;
  return {
    first: 0,
    get dim() {
      return known;
    },
    check(row, length) {
      if (length === known) return;
      const at = this.first + row;
      if (known !== 0) {
        const others = decidedBy === undefined ? 'the column says' : `row ${decidedBy} has`;
        throw new Error(`row ${at} has a vector of ${length} numbers where ${others} ${known}`);
      }
      requireLength(length);
      known = length;
      decidedBy = at;
    },
  };
}

/** @throws {Error} When no vector can be so long. */
export function requireLength(length: number): void {
  if (length <= longest) return;
  throw new Error(
    `a vector of ${length} numbers is longer than ${longest}, the longest that is read`,
  );
}

/** Numbers of a page, at most, where a row has fewer: 2^20, 4 MiB. */
const pageNumbers = 2 ** 20;

/** Most rows that a page has, 1 or more. @param dim Numbers of a row. */
export function pageRows(dim: number): number {
  return Math.max(1, Math.floor(pageNumbers / Math.max(1, dim)));
}

/**
 * Pages of rows whose vectors lie one after the other, without those that are missing.
 *
 * Rows without a vector take memory only beside one that has one: a file may have millions of them in a few bytes.
 *
 * @param values `[rows with a vector, dim]`. Handed over.
 * @param missing `[rows]`; null when all have one.
 */
export function* spreadRows(
  dim: number,
  rows: number,
  values: Float32Array,
  missing: Uint8Array | null,
): Generator<VectorPage, void, undefined> {
  if (missing === null) {
    if (rows > 0) yield { rows, dim, values, missing };
    return;
  }
  const most = pageRows(dim);
  for (let row = 0, taken = 0; row < rows;) {
    const first = missing.indexOf(0, row);
    const gap = (first < 0 ? rows : first) - row;
    // A gap that is longer than a page is one without values.
    const isGap = gap >= Math.min(most, rows - row);
    const end = isGap ? row + gap : Math.min(rows, row + most);
    const own = missing.slice(row, end);
    if (isGap) yield { rows: end - row, dim: 0, values: new Float32Array(0), missing: own };
    else {
      const page = filled(own, dim, values, taken);
      taken += page.taken;
      yield { rows: end - row, dim, values: page.values, missing: own.includes(1) ? own : null };
    }
    row = end;
  }
}

function filled(
  missing: Uint8Array,
  dim: number,
  values: Float32Array,
  from: number,
): { readonly values: Float32Array; readonly taken: number } {
  const out = new Float32Array(missing.length * dim);
  let taken = 0;
  for (const [row, isMissing] of missing.entries()) {
    if (isMissing) out.fill(Number.NaN, row * dim, (row + 1) * dim);
    else {
      const at = (from + taken) * dim;
      out.set(values.subarray(at, at + dim), row * dim);
      taken += 1;
    }
  }
  return { values: out, taken };
}
