import type { ByteRange } from '../store/object-store.ts';
import type { VectorLength, VectorPage, VectorShape } from './vector-page.ts';

/*
 * A table in a file, in groups of rows: row groups of Parquet, record batches of Arrow. What both formats call a leaf is a
 * column here: a column of values, a field of a struct (`image.path`), or the elements of a list.
 */

/** Type of the values of a column, as far as it matters here; `other` is not read. */
export type ColumnKind = 'bytes' | 'text' | 'integer' | 'number' | 'boolean' | 'other';

/** A column of a table. */
export interface TableColumn {
  /** Name; that of a field of a struct is `struct.field`, that of the elements of a list is the list's. */
  readonly name: string;
  readonly kind: ColumnKind;
  /** True when each row has a list of values. */
  readonly isList: boolean;
  /** Type as the file calls it, for messages. */
  readonly type: string;
  /** What its rows are as vectors, where each has one list of numbers. @default they are none */
  readonly vector?: VectorShape | undefined;
}

/** A value of a table: integers above 2^53 are bigints. */
export type TableValue = string | number | bigint | boolean | Uint8Array;

/** What a row has in a column: a value, none, or a list; of a list that is null, an empty one. */
export type Cell = TableValue | null | readonly (TableValue | null)[];

/** Successive cells of a column. */
export interface CellPage {
  /** Row of the first cell, in its group. */
  readonly row: number;
  readonly cells: readonly Cell[];
  /**
   * Place in the file of the first byte of the buffer that the bytes of its cells lie in, where they lie in the file as they
   * are; undefined when they had to be decoded.
   */
  readonly bufferAt?: number | undefined;
}

/** A table in a file. */
export interface TableFile {
  readonly format: 'parquet' | 'arrow';
  readonly columns: readonly TableColumn[];
  readonly rows: number;
  /** Rows of each group. */
  readonly groups: readonly number[];
  /** Texts that the schema carries by their keys, such as `huggingface`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Nulls of a column in a group; undefined where the file does not say. */
  nulls(group: number, column: number): number | undefined;
  /** Size of a column of a group in the file, and of its values, in bytes. */
  size(group: number, column: number): { readonly stored: number; readonly decoded: number };
  /**
   * Cells of a column in a group, in order, as many at a time as the file holds together.
   *
   * @throws {Error} When it is damaged or of a kind that is not read: the message is the reason.
   */
  pages(group: number, column: number, signal?: AbortSignal): AsyncIterable<CellPage>;
  /**
   * Rows of a column of vectors in a group, in order. Memory: some MiB; of a compressed batch of Arrow its buffers, of
   * Parquet a page, as large as their writer made them.
   *
   * @param length What is known of the length of the vectors, which takes the next ones.
   * @throws {Error} When it is damaged, or a vector has another length: the message is the reason.
   */
  vectors(
    group: number,
    column: number,
    length: VectorLength,
    signal?: AbortSignal,
  ): AsyncIterable<VectorPage>;
  /**
   * Places in the file of the bytes of a column, row by row, without reading them; absent where they are compressed, or lie
   * between other things.
   *
   * @throws {Error} When it is damaged: the message is the reason.
   */
  ranges?(
    group: number,
    column: number,
    signal?: AbortSignal,
  ): Promise<readonly (ByteRange | null | readonly (ByteRange | null)[])[]>;
  /** Tests whether the values of a column lie in the file as they are, between other things. */
  isPlain?(column: number): boolean;
  /** True of a stream that ends without saying so: it may have been cut. */
  readonly isOpenEnded?: boolean;
}
