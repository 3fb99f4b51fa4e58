import { bestMatches, type BestMatches } from './best-matches.ts';
import { exactProducts, float32Error } from './exact-products.ts';
import type { Matches } from './matches.ts';
import { nthLargest } from './nth-largest.ts';
import { firstOfClass, type QueryShare, type Search } from './query-share.ts';
import { openSimilarityTile } from './similarity-tile.ts';
import { lengthOfRow } from '../vectors/row-length.ts';
import type { SupportBlock } from './support-block.ts';
import { groupRows, placeInTile, tileGroups, tileQueries, tileRows } from './tile-shape.ts';

/** What is looked for. */
export interface NearestSpec {
  readonly kind: 'nearest';
  readonly dim: number;
  readonly k: number;
  readonly sameAndOther: number;
}

/** What was found for a share. */
export interface NearestPart {
  readonly nearest: Matches;
  readonly same: Matches;
  readonly other: Matches;
}

/**
 * Exact nearest neighbours: float32 screens, float64 decides.
 *
 * A tile of products is computed in float32 with the maximum of each group of support rows. A group is looked into
 * only when its maximum reaches the worst similarity that is still of interest, less the greatest error that the
 * maximum can have; what reaches it there is multiplied again in float64, in the order of the dimensions, and that
 * product decides. So the result is what float64 alone would give, a function of the rows alone.
 *
 * What a tile offers at once is first thinned out by its own n-th largest product, less twice the error: the first
 * tile, or rows that come in ascending order of similarity, are not all multiplied again. Rows of one block that
 * differ by less than float32 can tell are.
 */
export async function nearestSearch(spec: NearestSpec): Promise<Search<NearestPart>> {
  const { dim, k, sameAndOther } = spec;
  const most = Math.max(k, sameAndOther);
  const tile = await openSimilarityTile(dim);
  const { products, maxima } = tile;
  const numbers = new Int32Array(tileRows);
  const screened = new Float32Array(tileRows);
  const thinned = new Float32Array(tileRows);
  const starts = new Int32Array(tileRows);
  const exact = new Float64Array(tileRows + 3);
  let share: QueryShare = {
    rows: new Float32Array(0),
    labels: new Int32Array(0),
    selves: new Int32Array(0),
  };
  let lengths = new Float64Array(0);
  let [nearest, same, other] = [bestMatches(0, k), bestMatches(0, 1), bestMatches(0, 1)];

  /** Rows `from` to `to` of the tile that starts at row `tileStart` of a block, all of one kind. */
  const scan = (
    query: number,
    inTile: number,
    block: SupportBlock,
    tileStart: number,
    from: number,
    to: number,
    error: number,
    alike: BestMatches | undefined,
  ): void => {
    if (from >= to) return;
    const worst =
      alike === undefined
        ? nearest.worst(query)
        : Math.min(nearest.worst(query), alike.worst(query));
    const least = worst - error;
    const self = share.selves[query]!;
    const { positions, labels } = block;
    const groupsAt = inTile * tileGroups;
    const productsAt = inTile * tileRows;
    let count = 0;
    const lastGroup = Math.floor((to - 1) / groupRows);
    for (let group = Math.floor(from / groupRows); group <= lastGroup; group += 1) {
      if (maxima[groupsAt + group]! < least) continue;
      const end = Math.min(to, (group + 1) * groupRows);
      for (let at = Math.max(from, group * groupRows); at < end; at += 1) {
        const product = products[productsAt + placeInTile(at)]!;
        if (product < least) continue;
        const position = positions[tileStart + at]!;
        if (position < 0 || position === self) continue;
        numbers[count] = at;
        screened[count] = product;
        count += 1;
      }
    }
    if (count === 0) return;
    const keep = alike === undefined ? k : most;
    let limit = Number.NEGATIVE_INFINITY;
    if (count > keep) {
      thinned.set(count === tileRows ? screened : screened.subarray(0, count));
      limit = nthLargest(thinned, count, keep) - 2 * error;
    }
    let candidates = 0;
    for (let at = 0; at < count; at += 1) {
      if (screened[at]! < limit) continue;
      numbers[candidates] = numbers[at]!;
      starts[candidates] = placeInTile(numbers[at]!) * dim;
      candidates += 1;
    }
    exactProducts(share.rows, query * dim, tile.support, starts, candidates, dim, exact);
    for (let at = 0; at < candidates; at += 1) {
      const row = tileStart + numbers[at]!;
      const position = positions[row]!;
      nearest.offer(query, position, exact[at]!, labels[row]!);
      alike?.offer(query, position, exact[at]!, labels[row]!);
    }
  };

  return {
    start(next) {
      share = next;
      const count = share.labels.length;
      lengths = Float64Array.from({ length: count }, (_, query) =>
        lengthOfRow(share.rows.subarray(query * dim, (query + 1) * dim)),
      );
      nearest = bestMatches(count, k);
      same = bestMatches(count, sameAndOther);
      other = bestMatches(count, sameAndOther);
    },
    async add(block) {
      const count = share.labels.length;
      const firstKnown = firstOfClass(block.labels, 0);
      const ownStarts = share.labels.map((own) => firstOfClass(block.labels, own));
      const ownEnds = share.labels.map((own) => firstOfClass(block.labels, own + 1));
      for (let tileStart = 0; tileStart < block.count; tileStart += tileRows) {
        tile.support.set(block.rows.subarray(tileStart * dim, (tileStart + tileRows) * dim));
        const rows = Math.min(tileRows, block.count - tileStart);
        const inTile = (at: number): number => Math.min(Math.max(at - tileStart, 0), rows);
        const known = inTile(firstKnown);
        for (let first = 0; first < count; first += tileQueries) {
          const last = Math.min(count, first + tileQueries);
          await tile.multiply(share.rows.subarray(first * dim, last * dim));
          for (let query = first; query < last; query += 1) {
            const at = query - first;
            const error = float32Error(dim, lengths[query]!, block.longest);
            if (share.labels[query]! < 0) {
              scan(query, at, block, tileStart, 0, rows, error, undefined);
              continue;
            }
            const own = inTile(ownStarts[query]!);
            const ownEnd = inTile(ownEnds[query]!);
            scan(query, at, block, tileStart, 0, known, error, undefined);
            scan(query, at, block, tileStart, known, own, error, other);
            scan(query, at, block, tileStart, own, ownEnd, error, same);
            scan(query, at, block, tileStart, ownEnd, rows, error, other);
          }
        }
      }
    },
    result: () => ({ nearest: nearest.matches(), same: same.matches(), other: other.matches() }),
  };
}
