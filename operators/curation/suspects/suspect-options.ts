import type { CurationOptions } from '../curation-options.ts';

/** Options of `suspectLabels`. */
export interface SuspectLabelsOptions extends CurationOptions<'neighbours' | 'loss'> {
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
}
