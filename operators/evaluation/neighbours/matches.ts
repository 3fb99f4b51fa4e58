/** Matches in the support, the same number of places for each query, best first. */
export interface Matches {
  /** `[queries, places]` position in the support, -1 where there is none. */
  readonly positions: Int32Array;
  /** `[queries, places]` dot products, NaN where there is none. */
  readonly similarities: Float64Array;
  /** `[queries, places]` class of the match, -1 when it is unknown or there is no match. */
  readonly labels: Int32Array;
}

/** Nearest neighbours of each query. All parts have queries in order of position. */
export interface Neighbours {
  /** Number of queries. */
  readonly count: number;
  /** Places of `nearest`. */
  readonly k: number;
  /** Places of `same` and of `other`. */
  readonly sameAndOther: number;
  /** `[count, k]` the nearest, of whatever class, known or not. */
  readonly nearest: Matches;
  /** `[count, sameAndOther]` the nearest of the query's class. None when the query's class is unknown. */
  readonly same: Matches;
  /** `[count, sameAndOther]` the nearest of other known classes. None when the query's class is unknown. */
  readonly other: Matches;
}
