import type { BootstrapOptions } from './intervals/bootstrap.ts';
import type { ComparisonOptions } from './neighbours/comparison-options.ts';
import type { ProbeSpec } from './scores/evaluated-probe.ts';
import type { EmbeddingLayer } from './vectors/unit-vectors.ts';
import type { VectorSet } from './vectors/vector-set.ts';

/** The two sides of an evaluation. */
export interface EvaluationSets {
  /** Whose images are neighbours, and teach the probes. */
  readonly train: VectorSet;
  /** Whose images are measured, each once. */
  readonly test: VectorSet;
}

/** Probes to be trained, and on what. */
export interface EvaluationProbes extends EvaluationSets {
  /** Which layer of the same images these sets are. */
  readonly layer: EmbeddingLayer;
  readonly specs: readonly ProbeSpec[];
}

/** How vectors are evaluated. */
export interface EvaluateVectorsOptions extends Pick<
  ComparisonOptions,
  'leaveOneOut' | 'threads' | 'memoryMb' | 'signal'
> {
  /** Numbers of neighbours that vote, different integers of at least 1; of the others than 1 `separation` is measured. */
  readonly ks: readonly number[];
  /** Which vectors the sets are. `projection` must have unit rows; rows of `embedding` are scaled to length 1. */
  readonly layer: EmbeddingLayer;
  /** How intervals are found; null measures none. @default 1,000 resamples of seed 123 */
  readonly bootstrap?: BootstrapOptions | null | undefined;
  /** Most test images whose full ranking is scored: of more a seeded sample; 0 scores none. @default 10000 */
  readonly rankings?: number | undefined;
  /** Whether test images are clustered. @default true */
  readonly clusters?: boolean | undefined;
  /** @default none */
  readonly probes?: EvaluationProbes | undefined;
  /** Of samples, clusters and probes. @default 0 */
  readonly seed?: number | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

/** How far one part of an evaluation is. */
export interface EvaluationProgress {
  /** Such as `neighbours` or `probe l2`. */
  readonly label: string;
  readonly done: number;
  /** Undefined when nobody knows. */
  readonly total?: number | undefined;
  /** What is counted. */
  readonly unit: string;
}
