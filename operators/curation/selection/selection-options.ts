import type { EmbeddingLayer } from '../../evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../../evaluation/vectors/vector-set.ts';

/** How rows are chosen. */
export type SelectionMethod = 'k-centre' | 'k-means++';

/** Options of `selectVectors`. */
export interface SelectVectorsOptions {
  /** `projection`: rows have length 1 and are compared as they are; `embedding`: they are L2-normalised. */
  readonly layer: EmbeddingLayer;
  /** Rows to choose, 1 or more. */
  readonly count: number;
  /** Whether the farthest row is next, or each with a probability. @default 'k-centre' */
  readonly method?: SelectionMethod | undefined;
  /** Rows that are chosen already. @default none */
  readonly labelled?: VectorSet | undefined;
  /** Rows of the set with an id of `labelled` are the same images, and left out. @default true */
  readonly sharedIds?: boolean | undefined;
  /** Random seed of `k-means++`; `k-centre` draws nothing. @default 0 */
  readonly seed?: number | undefined;
  /** Worker threads; 0 computes on the calling thread. The result does not depend on it. @default all cores, or 0 for small sets */
  readonly threads?: number | undefined;
  /** Memory for rows that are compared at one time, in megabytes (10⁶ bytes). The result does not depend on it. @default 256 */
  readonly memoryMb?: number | undefined;
  /** Progress callback. */
  readonly onProgress?: ((progress: SelectionProgress) => void) | undefined;
  /** Aborts the work. */
  readonly signal?: AbortSignal | undefined;
}

/** Progress of a selection. */
export interface SelectionProgress {
  readonly label: 'selection';
  readonly done: number;
  readonly total: number;
  readonly unit: string;
}
