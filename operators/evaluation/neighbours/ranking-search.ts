import { nthLargest } from './nth-largest.ts';
import { firstOfClass, type QueryShare, type Search } from './query-share.ts';
import { openSimilarityTile } from './similarity-tile.ts';
import type { SupportBlock } from './support-block.ts';
import { placeInTile, tileQueries, tileRows } from './tile-shape.ts';

/** What is ranked. */
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
  const { products } = tile;
  const scratch = { all: new Float32Array(count), own: new Float32Array(count) };
  let share: QueryShare | undefined;
  // Of each query those of its class from the front, the others from the back; nobody asks for more order.
  let kept = new Float32Array(0);
  let ownEnds = new Float64Array(0);
  let otherStarts = new Float64Array(0);

  /** Keeps rows `from` to `to` of a tile. */
  const keep = (
    query: number,
    inTile: number,
    { positions }: SupportBlock,
    tileStart: number,
    from: number,
    to: number,
    isOwn: boolean,
  ): void => {
    const productsAt = inTile * tileRows;
    if (from === 0 && to === tileRows && !isOwn) {
      otherStarts[query]! -= tileRows;
      kept.set(products.subarray(productsAt, productsAt + tileRows), otherStarts[query]);
      return;
    }
    const self = share!.selves[query]!;
    for (let at = from; at < to; at += 1) {
      if (positions[tileStart + at] === self) continue;
      const product = products[productsAt + placeInTile(at)]!;
      if (isOwn) {
        kept[ownEnds[query]!] = product;
        ownEnds[query]! += 1;
      } else {
        otherStarts[query]! -= 1;
        kept[otherStarts[query]!] = product;
      }
    }
  };

  return {
    start(next) {
      share = next;
      const queries = next.labels.length;
      if (kept.length < queries * count) kept = new Float32Array(queries * count);
      ownEnds = Float64Array.from({ length: queries }, (_, query) => query * count);
      otherStarts = Float64Array.from({ length: queries }, (_, query) => (query + 1) * count);
    },
    async add(block) {
      const { rows: queries, labels } = share!;
      const starts = labels.map((own) => firstOfClass(block.labels, own));
      const ends = labels.map((own) => firstOfClass(block.labels, own + 1));
      for (let tileStart = 0; tileStart < block.count; tileStart += tileRows) {
        tile.support.set(block.rows.subarray(tileStart * dim, (tileStart + tileRows) * dim));
        const rows = Math.min(tileRows, block.count - tileStart);
        const inTile = (at: number): number => Math.min(Math.max(at - tileStart, 0), rows);
        for (let first = 0; first < labels.length; first += tileQueries) {
          const last = Math.min(labels.length, first + tileQueries);
          await tile.multiply(queries.subarray(first * dim, last * dim));
          for (let query = first; query < last; query += 1) {
            const own = inTile(starts[query]!);
            const ownEnd = inTile(ends[query]!);
            const at = query - first;
            if (own === ownEnd) {
              keep(query, at, block, tileStart, 0, rows, false);
              continue;
            }
            keep(query, at, block, tileStart, 0, own, false);
            keep(query, at, block, tileStart, own, ownEnd, true);
            keep(query, at, block, tileStart, ownEnd, rows, false);
          }
        }
      }
    },
    result() {
      const queries = share!.labels.length;
      const part: RankingPart = {
        rPrecision: new Float64Array(queries).fill(Number.NaN),
        averagePrecision: new Float64Array(queries).fill(Number.NaN),
        reciprocalRank: new Float64Array(queries).fill(Number.NaN),
      };
      for (const [query, label] of share!.labels.entries()) {
        const own = kept.subarray(query * count, ownEnds[query]);
        if (label < 0 || own.length === 0) continue;
        const other = kept.subarray(otherStarts[query], (query + 1) * count);
        const scores = scoresOf(own, other, scratch);
        part.rPrecision[query] = scores.rPrecision;
        part.averagePrecision[query] = scores.averagePrecision;
        part.reciprocalRank[query] = scores.reciprocalRank;
      }
      return part;
    },
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
  let best = Number.NEGATIVE_INFINITY;
  let owns = 0;
  for (let at = 0; at < r; at += 1) {
    const similarity = own[at]!;
    if (similarity > best) best = similarity;
    if (similarity >= least) scratch.own[owns++] = similarity;
  }
  let others = 0;
  let beforeBest = 0;
  for (let at = 0; at < other.length; at += 1) {
    const similarity = other[at]!;
    if (similarity >= least) scratch.all[others++] = similarity;
    if (similarity >= best) beforeBest += 1;
  }
  const sortedOwn = scratch.own.subarray(0, owns).sort();
  const sortedOther = scratch.all.subarray(0, others).sort();
  let hits = 0;
  let precisions = 0;
  let left = others;
  for (let at = owns - 1; at >= 0; at -= 1) {
    while (left > 0 && sortedOther[left - 1]! >= sortedOwn[at]!) left -= 1;
    const rank = hits + 1 + others - left;
    if (rank > r) break;
    hits += 1;
    precisions += hits / rank;
  }
  return {
    rPrecision: hits / r,
    averagePrecision: precisions / r,
    reciprocalRank: 1 / (beforeBest + 1),
  };
}
