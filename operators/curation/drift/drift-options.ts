import type { EmbeddingLayer } from '../../evaluation/vectors/unit-vectors.ts';

/** Options of `vectorDrift`. */
export interface VectorDriftOptions {
  /** `projection`: rows have length 1 and are compared as they are; `embedding`: they are L2-normalised. */
  readonly layer: EmbeddingLayer;
  /** Random relabellings of each permutation test, 1 or more. @default 999 */
  readonly permutations?: number | undefined;
  /** Maximum rows of each side, over all and of each class, that the kernel compares; 2 or more. @default 2000 */
  readonly sample?: number | undefined;
  /** Level at or below which an adjusted p-value is significant, 0 to 1. @default 0.05 */
  readonly alpha?: number | undefined;
  /** Rows of NEW that are listed, least like any of OLD first; 0 lists none. @default 100 */
  readonly examples?: number | undefined;
  /** Random seed. @default 0 */
  readonly seed?: number | undefined;
  /** Worker threads; 0 computes on the calling thread. The result does not depend on it. @default all cores, or 0 for small sets */
  readonly threads?: number | undefined;
  /** Bytes of rows, and of sums, held at once. The result does not depend on it. @default 2 ** 28 */
  readonly memoryBytes?: number | undefined;
  /** Progress callback. */
  readonly onProgress?: ((progress: DriftProgress) => void) | undefined;
  /** Aborts the work. */
  readonly signal?: AbortSignal | undefined;
}

/** Progress of one part of the work. */
export interface DriftProgress {
  readonly label: 'mean shift' | 'kernel' | 'examples';
  readonly done: number;
  readonly total: number;
  readonly unit: string;
}

/** Options of the tests, their defaults filled in. */
export interface TestOptions extends Pick<VectorDriftOptions, 'threads' | 'onProgress' | 'signal'> {
  readonly permutations: number;
  readonly sample: number;
  readonly seed: number;
  readonly memoryBytes: number;
}

/** Result of a permutation test. */
export interface PermutationTest {
  readonly value: number;
  readonly p: number;
}
