import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import type { UnusableRows } from '../../operators/vector-fault.ts';

/** Columns that are wanted of a file of vectors, by their names; what is absent is guessed where it is plain. */
export interface VectorColumns {
  readonly id?: string | undefined;
  /** Column of the classes; of `.npy` a file beside it, of `.npz` an array in it. */
  readonly label?: string | undefined;
  readonly vector?: string | undefined;
}

/** Values of one column of a set, such as the site that an image is from. */
export interface Attribute {
  /** Name of the column. */
  readonly name: string;
  /** Its different values, each once, in ascending order of UTF-16 code units (numbers by size). */
  readonly values: readonly string[];
  /** `[count]` int32 position in `values`, -1 when null. */
  readonly codes: Int32Array;
}

/** Vectors of a file as a set: what was read once lies in memory or in a nameless temporary file, so blocks come fast. */
export interface FoundVectors extends VectorSet {
  /** `projection` when every row has length 1 within 1e-3: compared as they are; else `embedding`: L2-normalised. */
  readonly layer: EmbeddingLayer;
  /** SHA-256 in hex over classes, ids and labels. */
  readonly listingHash: string;
  /** SHA-256 in hex over ids and the float32 of vectors: the same for the same vectors in any format. */
  readonly contentHash: string;
  /** Ids are numbers of rows, because the file has none: those of two files are not of the same images. */
  readonly isNumbered: boolean;
  /** Rows that were left out: no vector, one that is not finite in float32, or one without a length. */
  readonly unusable: UnusableRows;
  /** Null when none was asked for. */
  readonly attribute: Attribute | null;
  /** What was guessed, rounded or repaired, a sentence each. */
  readonly notes: readonly string[];
  /** Gives back the temporary file. */
  close(): Promise<void>;
}

/** Options of opening a file of vectors. */
export interface OpenVectorsOptions {
  /** Column whose values become `attribute`. @default none */
  readonly by?: string | undefined;
  /** Bytes of vectors that are held in memory; more go to a temporary file. @default 2^26 */
  readonly memoryBytes?: number | undefined;
  readonly onRows?: ((done: number, total: number | undefined) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}
