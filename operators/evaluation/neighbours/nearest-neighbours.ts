import { atLeastOne } from '../../out-of-range.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import type { ComparisonOptions } from './comparison-options.ts';
import { compareSets } from './compare-sets.ts';
import type { Matches, Neighbours } from './matches.ts';
import type { NearestPart } from './nearest-search.ts';
import { sameRows } from '../vectors/same-rows.ts';

/** Options of a search for nearest neighbours. */
export interface NearestNeighboursOptions extends ComparisonOptions {
  /** Neighbours kept for each query, 1 or more. Places beyond the support stay empty. */
  readonly k: number;
  /** Rows of the query's class, and rows of other known classes, kept for each query; 0: none, which is faster. @default 1 */
  readonly sameAndOther?: number | undefined;
  /**
   * Position of each query in the support, which it is not compared with, -1 when it is not there: leave-one-out of some
   * rows of a set. Instead of `leaveOneOut`.
   * @default none is there
   */
  readonly selves?: Int32Array | undefined;
}

/** Neighbours of a group of consecutive queries. */
export interface NeighbourGroup {
  /** Position of the first of them. */
  readonly first: number;
  readonly found: Neighbours;
}

/**
 * Exact k nearest neighbours by dot product: for each query the nearest rows of the support, of whatever class, of its
 * own, and of other classes.
 *
 * Similarities are summed in float64 in the order of the dimensions: the result is a function of the rows alone, not
 * of blocks, groups or threads. Ties: the lowest position comes first. Rows of unknown class are
 * neighbours too, but not of another class.
 *
 * Memory: the result; else as `neighbourGroups`.
 *
 * @param queries Labels counted in the same classes as those of `support`: see `withClasses`.
 * @param support As many rows as there may be: it is read from the start for each group of queries that fits `memoryMb`.
 * @throws {RangeError} When sets do not fit together, an option is out of its range, or a row is not finite.
 * @throws {PipelineError} `ERR_ENGINE` when a thread failed, such as for lack of memory.
 * @throws The reason of `signal`, when it aborts first.
 * @example
 * ```ts
 * const images = { classes: ['cat', 'dog'], ids: ['a', 'b', 'c'], labels: Int32Array.of(0, 0, 1) };
 * const rows = Float32Array.of(1, 0, 0.8, 0.6, 0, 1); // three rows of length 1
 * const set = vectorsInMemory({ name: 'three', ...images, dim: 2, rows });
 * const { nearest } = await nearestNeighbours(set, set, { k: 1, leaveOneOut: true });
 * console.log(nearest.positions); // [1, 0, 1]
 * ```
 */
export async function nearestNeighbours(
  queries: VectorSet,
  support: VectorSet,
  options: NearestNeighboursOptions,
): Promise<Neighbours> {
  const { k, sameAndOther = 1 } = options;
  const groups: Neighbours[] = [];
  for await (const { found } of neighbourGroups(queries, support, options)) groups.push(found);
  return {
    count: queries.count,
    k,
    sameAndOther,
    nearest: joinedMatches(groups.map(({ nearest }) => nearest)),
    same: joinedMatches(groups.map(({ same }) => same)),
    other: joinedMatches(groups.map(({ other }) => other)),
  };
}

/**
 * The same group by group, for results that are larger than memory.
 *
 * Memory: `memoryMb` for a group of queries and what was found for them, two blocks of support, and some megabytes for
 * each thread.
 */
export async function* neighbourGroups(
  queries: VectorSet,
  support: VectorSet,
  options: NearestNeighboursOptions,
): AsyncGenerator<NeighbourGroup> {
  const { k, sameAndOther = 1, leaveOneOut = false, selves, ...rest } = options;
  atLeastOne('k', k);
  if (sameAndOther !== 0) atLeastOne('sameAndOther', sameAndOther);
  const groups = compareSets(queries, support, {
    ...rest,
    spec: { kind: 'nearest', dim: support.dim, k, sameAndOther },
    selves: leaveOneOut ? sameRows(queries, support) : checkedSelves(selves, queries, support),
    // Each place is held by a thread and here.
    bytesPerQuery: 2 * 16 * (k + 2 * sameAndOther),
    // One more than there are places, because one may be the query itself.
    copies: Math.max(k, sameAndOther) + 1,
  });
  for await (const { first, parts } of groups) {
    const of = (name: keyof NearestPart): Matches => joinedMatches(parts.map((part) => part[name]));
    const nearest = of('nearest');
    const count = nearest.labels.length / k;
    const found = { count, k, sameAndOther, nearest, same: of('same'), other: of('other') };
    yield { first, found };
  }
}

/** @throws {RangeError} When there is not one for each query, or one is no position. */
function checkedSelves(
  selves: Int32Array | undefined,
  queries: VectorSet,
  support: VectorSet,
): Int32Array | undefined {
  if (selves === undefined) return undefined;
  const isGood =
    selves.length === queries.count && selves.every((at) => at >= -1 && at < support.count);
  if (isGood) return selves;
  throw new RangeError(
    `Expected \`selves\` to hold a position in \`${support.name}\`, or -1, for each of ${queries.count} queries`,
  );
}

function joinedMatches(parts: readonly Matches[]): Matches {
  if (parts.length === 1) return parts[0]!;
  const length = parts.reduce((sum, part) => sum + part.labels.length, 0);
  const positions = new Int32Array(length);
  const similarities = new Float64Array(length);
  const labels = new Int32Array(length);
  let at = 0;
  for (const part of parts) {
    positions.set(part.positions, at);
    similarities.set(part.similarities, at);
    labels.set(part.labels, at);
    at += part.labels.length;
  }
  return { positions, similarities, labels };
}
