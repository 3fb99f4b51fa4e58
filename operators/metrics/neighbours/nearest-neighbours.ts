import type { VectorSet } from '../vector-set.ts';
import type { CompareOptions } from './compare-options.ts';
import type { Neighbours } from './matches.ts';

/** How neighbours are looked for. */
export interface NearestNeighboursOptions extends CompareOptions {
  /** Neighbours kept for each query, 1 or more. Places beyond the support stay empty. */
  readonly k: number;
  /** Rows of the query's class, and rows of other known classes, kept for each query, 1 or more. @default 1 */
  readonly sameAndOther?: number | undefined;
}

/** What was found for some queries, one after the other. */
export interface NeighbourGroup {
  /** Position of the first of them. */
  readonly first: number;
  readonly found: Neighbours;
}

/**
 * The exact k nearest support rows of each query by dot product, and the nearest of its own and of other classes.
 */
export async function nearestNeighbours(
  _queries: VectorSet,
  _support: VectorSet,
  _options: NearestNeighboursOptions,
): Promise<Neighbours> {
  throw new Error('in progress');
}

/** The same group by group. */
export function neighbourGroups(
  _queries: VectorSet,
  _support: VectorSet,
  _options: NearestNeighboursOptions,
): AsyncGenerator<NeighbourGroup> {
  throw new Error('in progress');
}
