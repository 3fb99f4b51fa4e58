import { keptSimilarities } from './kept-similarities.ts';
import { nthLargest } from './nth-largest.ts';
import type { QueryShare, Search } from './query-share.ts';
import { openSimilarityTile } from './similarity-tile.ts';
import { walkTiles } from './tile-walk.ts';

/** A search that ranks the whole support. */
export interface RankingSpec {
  readonly kind: 'ranking';
  readonly dim: number;
  /** Rows of the whole support. */
  readonly count: number;
}

/** Scores of a share, `[count]` each, NaN for a query without a class or without another row of it. */
export interface RankingPart {
  readonly rPrecision: Float64Array;
  readonly averagePrecision: Float64Array;
  readonly reciprocalRank: Float64Array;
}

/**
 * Keeps the float32 similarities of each query to the whole support, and scores them at the end.
 *
 * Memory: `[share, count]` float32, used again for the next share.
 */
export async function rankingSearch({ dim, count }: RankingSpec): Promise<Search<RankingPart>> {
  const tile = await openSimilarityTile(dim);
  const kept = keptSimilarities(tile, count);
  const scratch = { all: new Float32Array(count), own: new Float32Array(count) };
  let share: QueryShare | undefined;
  return {
    start(next) {
      share = next;
      kept.begin(next);
    },
    async add(block) {
      await walkTiles(tile, { share: share!, block }, (part) => kept.keep(part, block.positions));
    },
    result() {
      const { labels } = share!;
      const part = noScores(labels.length);
      for (const [query, label] of labels.entries()) {
        const own = kept.own(query);
        if (label < 0 || own.length === 0) continue;
        const scores = scoresOf(own, kept.other(query), scratch);
        part.rPrecision[query] = scores.rPrecision;
        part.averagePrecision[query] = scores.averagePrecision;
        part.reciprocalRank[query] = scores.reciprocalRank;
      }
      return part;
    },
  };
}

function noScores(queries: number): RankingPart {
  return {
    rPrecision: new Float64Array(queries).fill(Number.NaN),
    averagePrecision: new Float64Array(queries).fill(Number.NaN),
    reciprocalRank: new Float64Array(queries).fill(Number.NaN),
  };
}

interface Scratch {
  readonly all: Float32Array;
  readonly own: Float32Array;
}

/**
 * Scores of one ranking, from similarities to rows of the query's class and to others.
 *
 * The j-th of the class comes at rank `j + others that are as similar or more`. Only ranks up to `R` matter beyond the
 * first, so only similarities that reach the R-th largest are sorted.
 *
 * @param own One or more.
 */
function scoresOf(own: Float32Array, other: Float32Array, scratch: Scratch) {
  const r = own.length;
  scratch.all.set(own);
  scratch.all.set(other, r);
  const least = nthLargest(scratch.all, r + other.length, r);
  const best = greatest(own);
  const ownTop = sortedFrom(least, own, scratch.own);
  const otherTop = sortedFrom(least, other, scratch.all);
  const beforeBest = countFrom(best, best >= least ? otherTop : other);
  return { ...precisionsAt(r, ownTop, otherTop), reciprocalRank: 1 / (beforeBest + 1) };
}

function greatest(values: Float32Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < values.length; at += 1) if (values[at]! > most) most = values[at]!;
  return most;
}

/** Number of values that are at least `least`. */
function countFrom(least: number, values: Float32Array): number {
  let count = 0;
  for (let at = 0; at < values.length; at += 1) if (values[at]! >= least) count += 1;
  return count;
}

/** Values of at least `least`, ascending, in `room`. */
function sortedFrom(least: number, values: Float32Array, room: Float32Array): Float32Array {
  let count = 0;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at]!;
    if (value >= least) room[count++] = value;
  }
  return room.subarray(0, count).sort();
}

/** R-precision and average precision at R. @param own Ascending, like `other`. */
function precisionsAt(r: number, own: Float32Array, other: Float32Array) {
  let hits = 0;
  let precisions = 0;
  let left = other.length;
  for (let at = own.length - 1; at >= 0; at -= 1) {
    while (left > 0 && other[left - 1]! >= own[at]!) left -= 1;
    const rank = hits + 1 + other.length - left;
    if (rank > r) break;
    hits += 1;
    precisions += hits / rank;
  }
  return { rPrecision: hits / r, averagePrecision: precisions / r };
}
