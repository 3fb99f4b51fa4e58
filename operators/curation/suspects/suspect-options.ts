import type { EmbeddingLayer } from '../../evaluation/vectors/unit-vectors.ts';

/** Options of `suspectLabels`. */
export interface SuspectLabelsOptions {
  /** `projection`: rows have length 1 and are compared as they are; `embedding`: they are L2-normalised. */
  readonly layer: EmbeddingLayer;
  /** Leave-one-out: both sets are one, and no row is its own neighbour. @default false */
  readonly leaveOneOut?: boolean | undefined;
  /** Neighbours that vote, 1 or more; places beyond the support stay empty. @default 10 */
  readonly k?: number | undefined;
  /** Temperature of the loss. @default 0.1 */
  readonly temperature?: number | undefined;
  /** Maximum rows of the support that the loss of a row is computed against, 1 or more. @default 10000 */
  readonly sample?: number | undefined;
  /** Similarity from which a row of another class is a near-duplicate, −1 to 1. @default 0.99 */
  readonly duplicate?: number | undefined;
  /** Random seed of the sample. @default 0 */
  readonly seed?: number | undefined;
  /** Worker threads; 0 computes on the calling thread. The result does not depend on it. @default all cores, or 0 for small sets */
  readonly threads?: number | undefined;
  /** Memory for rows that are compared at one time, in megabytes (10⁶ bytes). The result does not depend on it. @default 256 */
  readonly memoryMb?: number | undefined;
  /** Progress callback. */
  readonly onProgress?: ((progress: SuspectProgress) => void) | undefined;
  /** Aborts the work. */
  readonly signal?: AbortSignal | undefined;
}

/** Progress of one part of the work. */
export interface SuspectProgress {
  readonly label: 'neighbours' | 'loss';
  readonly done: number;
  readonly total: number;
  readonly unit: string;
}
