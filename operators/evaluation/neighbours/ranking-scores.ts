import { atLeastOne } from '../../out-of-range.ts';
import { permutation, seededRandom } from '../../random.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import type { ComparisonOptions } from './comparison-options.ts';
import { compareSets } from './compare-sets.ts';
import { sameRows } from '../vectors/same-rows.ts';
import { selectedVectors } from '../vectors/selected-vectors.ts';

/** Options of ranking scores. */
export interface RankingScoresOptions extends ComparisonOptions {
  /** Maximum queries: a larger set is subsampled without replacement, by seed. @default 10000 */
  readonly queries?: number | undefined;
  /** Random seed of the subsample. @default 0 */
  readonly seed?: number | undefined;
}

/** Scores of the full ranking of the support for each query. */
export interface RankingScores {
  /** Positions of the queries that were scored, ascending. Those without a class or with R = 0 are not among them. */
  readonly scored: Int32Array;
  /** Queries that could have been scored: more than `scored` when a sample was drawn. */
  readonly scorable: number;
  /** `[queries]` R: support rows of the query's class, itself not counted. 0 when its class is unknown. */
  readonly relevant: Int32Array;
  /** `[queries]` share of the class among the R nearest. NaN when not scored, as in the others. */
  readonly rPrecision: Float64Array;
  /**
   * `[queries]` average precision at R: `1/R Σ_{i ≤ R} P(i) rel(i)`, where `P(i)` is the share of the class among the i
   * nearest and `rel(i)` is 1 when the i-th is of the class. Its mean is MAP@R.
   */
  readonly averagePrecision: Float64Array;
  /** `[queries]` 1 over the rank of the first of the class. Its mean is MRR. */
  readonly reciprocalRank: Float64Array;
}

/**
 * R-precision, average precision at R and reciprocal rank of each query: ranks the whole support by similarity, and
 * scores where the query's class stands.
 *
 * Similarities are float32. Ties: other classes come first: the score is the least that any order gives.
 * Support rows of unknown class count as others.
 *
 * Memory: `memoryMb` for the similarities of a group of queries to the whole support, for which the support is read
 * once; two blocks of support; the scores.
 *
 * @param queries Labels counted in the same classes as those of `support`: see `withClasses`.
 * @throws {RangeError} When sets do not fit together, an option is out of its range (`memoryMb` must hold one query),
 * or a row is not finite.
 * @throws {PipelineError} `ERR_ENGINE` when a thread failed, such as for lack of memory.
 * @throws The reason of `signal`, when it aborts first.
 * @see Musgrave, Belongie and Lim, A Metric Learning Reality Check, arXiv:2003.08505, section 3.3.
 * @example
 * ```ts
 * const images = { classes: ['cat', 'dog'], ids: ['a', 'b', 'c'], labels: Int32Array.of(0, 0, 1) };
 * const rows = Float32Array.of(1, 0, 0.8, 0.6, 0, 1); // three rows of length 1
 * const set = vectorsInMemory({ name: 'three', ...images, dim: 2, rows });
 * const { averagePrecision } = await rankingScores(set, set, { leaveOneOut: true });
 * console.log(averagePrecision); // [1, 1, NaN]: there is no other dog
 * ```
 */
export async function rankingScores(
  queries: VectorSet,
  support: VectorSet,
  options: RankingScoresOptions = {},
): Promise<RankingScores> {
  const { queries: most = 10_000, seed = 0, leaveOneOut = false, ...rest } = options;
  atLeastOne('queries', most);
  const selves = leaveOneOut ? sameRows(queries, support) : undefined;
  const relevant = relevantRows(queries.labels, support.labels, leaveOneOut);
  const scorable = Int32Array.from(relevant.keys()).filter((query) => relevant[query]! > 0);
  const scored = sampled(scorable, most, seed);
  const scores = {
    rPrecision: new Float64Array(queries.count).fill(Number.NaN),
    averagePrecision: new Float64Array(queries.count).fill(Number.NaN),
    reciprocalRank: new Float64Array(queries.count).fill(Number.NaN),
  };
  const groups = compareSets(selectedVectors(queries, scored), support, {
    ...rest,
    spec: { kind: 'ranking', dim: support.dim, count: support.count },
    selves: selves === undefined ? undefined : scored,
    bytesPerQuery: 4 * support.count,
    // All of them have a rank.
    copies: Number.POSITIVE_INFINITY,
  });
  for await (const { first, parts } of groups) {
    let at = first;
    for (const part of parts) {
      for (const query of part.rPrecision.keys()) {
        const position = scored[at]!;
        scores.rPrecision[position] = part.rPrecision[query]!;
        scores.averagePrecision[position] = part.averagePrecision[query]!;
        scores.reciprocalRank[position] = part.reciprocalRank[query]!;
        at += 1;
      }
    }
  }
  return { scored, scorable: scorable.length, relevant, ...scores };
}

function relevantRows(queries: Int32Array, support: Int32Array, leaveOneOut: boolean): Int32Array {
  const counts = new Map<number, number>();
  for (const label of support) counts.set(label, (counts.get(label) ?? 0) + 1);
  return queries.map((own) => (own < 0 ? 0 : (counts.get(own) ?? 0) - (leaveOneOut ? 1 : 0)));
}

/** `most` of the positions, ascending. */
function sampled(positions: Int32Array, most: number, seed: number): Int32Array {
  if (positions.length <= most) return positions;
  const order = permutation(positions.length, seededRandom('ranked queries', seed));
  return Int32Array.from(order.subarray(0, most), (at) => positions[at]!).sort();
}
