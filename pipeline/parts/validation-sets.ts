import type { Dataset } from '../../operators/types.ts';

/** Both sides of a validation. */
export interface ValidationSets {
  /** Images among those trained on, which are the neighbours of the others. */
  readonly support: Dataset;
  /** Images that are not trained on. */
  readonly query: Dataset;
}
