import type { BootstrapOptions } from './intervals/bootstrap.ts';
import type { ComparisonOptions } from './neighbours/comparison-options.ts';
import type { ProbeSpec } from './scores/evaluated-probe.ts';
import type { ImageAttribute } from './scores/image-attribute.ts';
import type { EmbeddingLayer } from './vectors/unit-vectors.ts';
import type { VectorSet } from './vectors/vector-set.ts';

/** The two sides of an evaluation. */
export interface EvaluationSets {
  /** Support set: its images are neighbours, and train the probes. */
  readonly train: VectorSet;
  /** Query set: its images are measured, each once. */
  readonly test: VectorSet;
}

/** Probes to be trained, and on what. */
export interface EvaluationProbes extends EvaluationSets {
  /** Layer of the same images that these sets hold. */
  readonly layer: EmbeddingLayer;
  readonly specs: readonly ProbeSpec[];
}

/** Options of an evaluation. */
export interface EvaluateVectorsOptions extends Pick<
  ComparisonOptions,
  'leaveOneOut' | 'threads' | 'memoryMb' | 'signal'
> {
  /** k of k-NN: different integers of at least 1; for each above 1 `separation` is measured too. */
  readonly ks: readonly number[];
  /** Layer that the sets hold. `projection` must have unit rows; rows of `embedding` are L2-normalised. */
  readonly layer: EmbeddingLayer;
  /** Bootstrap of the intervals; null measures none. @default 1,000 resamples of seed 123 */
  readonly bootstrap?: BootstrapOptions | null | undefined;
  /** Maximum queries for full-ranking metrics (MAP@R …): larger sets are subsampled; 0 is off. @default 10000 */
  readonly rankings?: number | undefined;
  /** Cluster the test images. @default true */
  readonly clusters?: boolean | undefined;
  /** Attribute of the test images: every metric is measured for each of its values as well. @default none */
  readonly by?: ImageAttribute | undefined;
  /** @default none */
  readonly probes?: EvaluationProbes | undefined;
  /** Random seed of subsamples, clusters and probes. @default 0 */
  readonly seed?: number | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

/** Progress of one part of an evaluation. */
export interface EvaluationProgress {
  /** Such as `neighbours` or `probe l2`. */
  readonly label: string;
  readonly done: number;
  /** Undefined when it is not known beforehand. */
  readonly total?: number | undefined;
  /** Unit of `done` and `total`. */
  readonly unit: string;
}
