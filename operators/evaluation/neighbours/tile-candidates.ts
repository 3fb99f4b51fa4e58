import { exactProducts, type RowProducts } from './exact-products.ts';
import { nthLargest } from './nth-largest.ts';
import type { QueryShare } from './query-share.ts';
import type { SimilarityTile } from './similarity-tile.ts';
import type { SupportBlock } from './support-block.ts';
import { groupRows, placeInTile, tileGroups, tileRows } from './tile-shape.ts';
import type { TilePart } from './tile-walk.ts';

/** The bar that a row has to reach. One object, used again for each part of a tile. */
export interface Bar {
  /** Worst similarity that is still of interest. */
  worst: number;
  /** Greatest error of a float32 product of the query. */
  error: number;
  /** Number of rows of one part that can be among the best. */
  keep: number;
}

/** Rows of a part of a tile that may be among the best of its query. */
export interface TileCandidates {
  /** `[tileRows]` row of the tile of each candidate. Overwritten by every `find`, like `products`. */
  readonly rows: Int32Array;
  /** `[tileRows + 3]` float64 product of each. */
  readonly products: Float64Array;
  /** Takes queries and a block, instead of those before. */
  begin(share: QueryShare, block: SupportBlock): void;
  /** Finds those of a part whose products lie in the tile. @returns Their number. */
  find(part: TilePart, bar: Bar): number;
}

/**
 * Screening in float32, then products in float64.
 *
 * A group of rows is looked into only when its maximum reaches the bar. What reaches it there is first thinned out by
 * the part's own n-th largest product, less twice the error: the first tile, or rows that come in ascending order of
 * similarity, are not all multiplied again. Ties within float32 error inside one block are all re-ranked in float64.
 *
 * Memory: some numbers for each row of a tile; nothing is allocated for a part.
 */
export function tileCandidates(tile: SimilarityTile, dim: number): TileCandidates {
  const rows = new Int32Array(tileRows);
  const screened = new Float32Array(tileRows);
  const scratch = new Float32Array(tileRows);
  const starts = new Int32Array(tileRows);
  const products = new Float64Array(tileRows + 3);
  const row: RowProducts = {
    dim,
    rows: new Float32Array(0),
    start: 0,
    others: tile.support,
    starts,
    count: 0,
    out: products,
  };
  let selves: Int32Array = new Int32Array(0);
  let positions: Int32Array = new Int32Array(0);

  /** Rows that reach the bar, into `rows` and `screened`. */
  const screen = ({ query, productRow, tileStart, from, to }: TilePart, least: number): number => {
    const self = selves[query]!;
    const lastGroup = Math.floor((to - 1) / groupRows);
    let count = 0;
    for (let group = Math.floor(from / groupRows); group <= lastGroup; group += 1) {
      if (tile.maxima[productRow * tileGroups + group]! < least) continue;
      const end = Math.min(to, (group + 1) * groupRows);
      for (let at = Math.max(from, group * groupRows); at < end; at += 1) {
        const product = tile.products[productRow * tileRows + placeInTile(at)]!;
        if (product < least) continue;
        const position = positions[tileStart + at]!;
        if (position < 0 || position === self) continue;
        rows[count] = at;
        screened[count] = product;
        count += 1;
      }
    }
    return count;
  };

  /** Those of them that can be among the best `keep` of the part. */
  const thin = (count: number, { keep, error }: Bar): number => {
    if (count <= keep) return count;
    scratch.set(count === tileRows ? screened : screened.subarray(0, count));
    const least = nthLargest(scratch, count, keep) - 2 * error;
    let left = 0;
    for (let at = 0; at < count; at += 1) if (screened[at]! >= least) rows[left++] = rows[at]!;
    return left;
  };

  return {
    rows,
    products,
    begin(share, block) {
      row.rows = share.rows;
      selves = share.selves;
      positions = block.positions;
    },
    find(part, bar) {
      const reaching = screen(part, bar.worst - bar.error);
      if (reaching === 0) return 0;
      const count = thin(reaching, bar);
      for (let at = 0; at < count; at += 1) starts[at] = placeInTile(rows[at]!) * dim;
      row.start = part.query * dim;
      row.count = count;
      exactProducts(row);
      return count;
    },
  };
}
