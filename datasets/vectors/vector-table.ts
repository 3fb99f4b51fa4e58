import type { Cell, ColumnKind } from '../tables/table-file.ts';
import type { NumberType } from '../tables/vector-numbers.ts';

/** A column of a table with vectors. */
export interface VectorColumn {
  /** Name; of a file without names, such as `.npy`, one that stands for its place: `vector`, `label`. */
  readonly name: string;
  /** `vector` has a list of numbers in each row; the others one value. `other` is not read. */
  readonly kind: ColumnKind | 'vector';
  /** Numbers of a vector, where the file says so beforehand; null where its first row decides. */
  readonly dim: number | null;
  /** Type as the file calls it, for messages. */
  readonly type: string;
  /** Type of the numbers of its vectors in the file. @default not told */
  readonly numbers?: NumberType | undefined;
  /** Its own number of rows, where columns may differ in it, as arrays of an archive do. @default that of the table */
  readonly rows?: number | undefined;
  /** Its texts are of a file without types: `3` may be a number. @default false */
  readonly isUntyped?: boolean | undefined;
}

/** Vectors of successive rows. The caller owns the arrays. */
export interface VectorCells {
  /** Numbers of a row; 0 when none of these rows has a vector. */
  readonly dim: number;
  /** `[rows, dim]` float32; NaN for a row without a vector. float64 and integers are rounded to float32. */
  readonly values: Float32Array;
  /** `[rows]` 1 for a row whose vector is null, empty or missing; null when all have one. */
  readonly missing: Uint8Array | null;
}

/** Successive rows of a table: its vectors, and cells of other columns. */
export interface VectorRows {
  readonly rows: number;
  /** Null when no vectors were asked for. */
  readonly vectors: VectorCells | null;
  /** `[rows]` cells for each other column that was asked for, by its name. */
  readonly cells: ReadonlyMap<string, readonly Cell[]>;
}

/** A table with vectors, which is read in order, some rows at a time, and as often as needed. */
export interface VectorTable {
  /** Location, without credentials, for messages. */
  readonly url: string;
  readonly format: 'arrow' | 'parquet' | 'npy' | 'npz' | 'csv';
  readonly columns: readonly VectorColumn[];
  /** Undefined where only reading tells. */
  readonly rows: number | undefined;
  /** Texts that the schema carries by their keys, such as `huggingface`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** What should be told of it before it is read, a sentence each. @default nothing */
  readonly notes?: readonly string[] | undefined;
  /** Names of the values of an integer column, where the file has them, such as Hugging Face's `ClassLabel`. @default none */
  classNames?(column: string): readonly string[] | undefined;
  /**
   * Rows in order. Memory: one batch, some megabytes, whatever the file says of its sizes.
   *
   * @param vector Column of the vectors; null for none.
   * @param names Other columns.
   * @throws {PipelineError} `ERR_FORMAT`, naming table, column and row, when it is damaged, or a vector has another length
   * than those before it.
   * @throws The reason of the signal when it aborts.
   */
  batches(
    vector: string | null,
    names: readonly string[],
    signal?: AbortSignal,
  ): AsyncIterable<VectorRows>;
}
