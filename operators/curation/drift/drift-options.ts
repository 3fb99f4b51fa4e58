import type { CurationOptions } from '../curation-options.ts';

/** Parts of the work. */
type DriftPart = 'mean shift' | 'kernel' | 'examples';

/** Options of `vectorDrift`. */
export interface VectorDriftOptions extends CurationOptions<DriftPart> {
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
}

/** Options of the tests, their defaults filled in. */
export interface TestOptions extends Pick<VectorDriftOptions, 'threads' | 'onProgress' | 'signal'> {
  readonly permutations: number;
  readonly sample: number;
  readonly seed: number;
  readonly memoryMb: number;
}

/** Result of a permutation test. */
export interface PermutationTest {
  readonly value: number;
  readonly p: number;
}
