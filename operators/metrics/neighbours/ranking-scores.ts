import type { VectorSet } from '../vector-set.ts';
import type { CompareOptions } from './compare-options.ts';

/** How rankings are scored. */
export interface RankingScoresOptions extends CompareOptions {
  /** Most queries that are ranked: of more a seeded sample is drawn, without replacement. @default 10000 */
  readonly queries?: number | undefined;
  /** Key of the sample. @default 0 */
  readonly seed?: number | undefined;
}

/** Scores of the full ranking of the support for each query. */
export interface RankingScores {
  /** Positions of the queries that were scored, ascending. */
  readonly scored: Int32Array;
  /** `[queries]` support rows of the query's class, without itself when left out: R. 0 when its class is unknown. */
  readonly relevant: Int32Array;
  /** `[queries]` share of the class among the R nearest. NaN when not scored, as in the others. */
  readonly rPrecision: Float64Array;
  /** `[queries]` `1/R Σ_{i ≤ R} P(i) rel(i)`. */
  readonly averagePrecision: Float64Array;
  /** `[queries]` 1 over the rank of the first of the class. */
  readonly reciprocalRank: Float64Array;
}

/** Scores of the full ranking of the support for each query. */
export async function rankingScores(
  _queries: VectorSet,
  _support: VectorSet,
  _options: RankingScoresOptions = {},
): Promise<RankingScores> {
  throw new Error('in progress');
}
