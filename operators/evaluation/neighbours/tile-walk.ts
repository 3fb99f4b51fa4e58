import { firstOfClass, type QueryShare } from './query-share.ts';
import type { SimilarityTile } from './similarity-tile.ts';
import type { SupportBlock } from './support-block.ts';
import { tileQueries, tileRows } from './tile-shape.ts';

/** Consecutive rows of a tile that are of one kind to a query. One object, used again for each. */
export interface TilePart {
  /** Position of the query in its share. */
  query: number;
  /** Row of the tile's products and maxima that is the query's. */
  productRow: number;
  /** Row of the block at which the tile starts. */
  tileStart: number;
  /** Rows `from` to below `to` of the tile, at least one. */
  from: number;
  to: number;
  /** `unknown` are rows without a class, and all rows to a query without one. */
  kind: 'unknown' | 'same' | 'other';
}

/**
 * Multiplies every query of a share with every row of a block, a tile at a time, and shows what came out.
 *
 * @param tile Filled by this.
 * @param visit Called while the products of the part lie in `tile`.
 */
export async function walkTiles(
  tile: SimilarityTile,
  { share, block }: { readonly share: QueryShare; readonly block: SupportBlock },
  visit: (part: TilePart) => void,
): Promise<void> {
  const count = share.labels.length;
  const dim = tile.support.length / tileRows;
  const show = partsOf(share, block, visit);
  for (let tileStart = 0; tileStart < block.count; tileStart += tileRows) {
    tile.support.set(block.rows.subarray(tileStart * dim, (tileStart + tileRows) * dim));
    for (let first = 0; first < count; first += tileQueries) {
      const last = Math.min(count, first + tileQueries);
      await tile.multiply(share.rows.subarray(first * dim, last * dim));
      for (let query = first; query < last; query += 1) show(query, query - first, tileStart);
    }
  }
}

/** Shows the parts of a tile to one query: rows without a class, of classes before its own, of its own, after it. */
function partsOf(
  { labels }: QueryShare,
  block: SupportBlock,
  visit: (part: TilePart) => void,
): (query: number, productRow: number, tileStart: number) => void {
  const firstKnown = firstOfClass(block.labels, 0);
  const ownStarts = labels.map((own) => firstOfClass(block.labels, own));
  const ownEnds = labels.map((own) => firstOfClass(block.labels, own + 1));
  const part: TilePart = { query: 0, productRow: 0, tileStart: 0, from: 0, to: 0, kind: 'unknown' };
  const show = (kind: TilePart['kind'], from: number, to: number): void => {
    part.kind = kind;
    part.from = Math.max(0, from - part.tileStart);
    part.to = Math.min(tileRows, to - part.tileStart);
    if (part.from < part.to) visit(part);
  };
  return (query, productRow, tileStart) => {
    part.query = query;
    part.productRow = productRow;
    part.tileStart = tileStart;
    if (labels[query]! < 0) {
      show('unknown', 0, block.count);
      return;
    }
    show('unknown', 0, firstKnown);
    show('other', firstKnown, ownStarts[query]!);
    show('same', ownStarts[query]!, ownEnds[query]!);
    show('other', ownEnds[query]!, block.count);
  };
}
