import type { EmbeddingLayer } from '../evaluation/vectors/unit-vectors.ts';

/**
 * What all work of this room takes: how rows are compared, with which means, and who is told.
 *
 * @typeParam L Parts of the work that progress is told of.
 */
export interface CurationOptions<L extends string> {
  /** `projection`: rows have length 1 and are compared as they are; `embedding`: they are L2-normalised. */
  readonly layer: EmbeddingLayer;
  /** Worker threads; 0 computes on the calling thread. The result does not depend on it. @default all cores, or 0 for small sets */
  readonly threads?: number | undefined;
  /** Memory for rows that are compared at one time, in megabytes (10⁶ bytes). The result does not depend on it. @default 256 */
  readonly memoryMb?: number | undefined;
  /** Progress callback. */
  readonly onProgress?: ((progress: CurationProgress<L>) => void) | undefined;
  /** Aborts the work. */
  readonly signal?: AbortSignal | undefined;
}

/** Progress of one part of the work. */
export interface CurationProgress<L extends string> {
  readonly label: L;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
}

/** Memory that is used when it is not said, in megabytes. */
export const defaultMemoryMb = 256;
