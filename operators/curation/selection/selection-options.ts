import type { VectorSet } from '../../evaluation/vectors/vector-set.ts';
import type { CurationOptions } from '../curation-options.ts';

/** How rows are chosen. */
export type SelectionMethod = 'k-centre' | 'k-means++';

/** Options of `selectVectors`. */
export interface SelectVectorsOptions extends CurationOptions<'selection'> {
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
}
