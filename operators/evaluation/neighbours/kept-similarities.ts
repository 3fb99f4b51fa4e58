import type { QueryShare } from './query-share.ts';
import type { SimilarityTile } from './similarity-tile.ts';
import { placeInTile, tileRows } from './tile-shape.ts';
import type { TilePart } from './tile-walk.ts';

/** Similarities of each query of a share to the whole support, those to its class apart from the others. */
export interface KeptSimilarities {
  /** Takes queries, instead of those before. */
  begin(share: QueryShare): void;
  /**
   * Keeps the products of a part that lie in the tile.
   *
   * @param positions Of the rows of the block.
   */
  keep(part: TilePart, positions: Int32Array): void;
  /** Similarities to rows of the query's class, in no order. Lent until the next share, like `other`. */
  own(query: number): Float32Array;
  other(query: number): Float32Array;
}

/**
 * Room for the similarities of a share to `count` rows of support: of each query those of its class from the front, the
 * others from the back.
 *
 * Memory: `[share, count]` float32, used again for the next share.
 */
export function keptSimilarities({ products }: SimilarityTile, count: number): KeptSimilarities {
  let selves: Int32Array = new Int32Array(0);
  let kept = new Float32Array(0);
  let ownEnds = new Float64Array(0);
  let otherStarts = new Float64Array(0);

  /** A tile of others, in the order in which they are stored. */
  const keepTile = ({ query, productRow }: TilePart): void => {
    const start = productRow * tileRows;
    otherStarts[query]! -= tileRows;
    kept.set(products.subarray(start, start + tileRows), otherStarts[query]);
  };

  const keepRows = (part: TilePart, positions: Int32Array): void => {
    const { query, productRow, tileStart, from, to } = part;
    const isOwn = part.kind === 'same';
    for (let at = from; at < to; at += 1) {
      if (positions[tileStart + at] === selves[query]) continue;
      const product = products[productRow * tileRows + placeInTile(at)]!;
      if (isOwn) kept[ownEnds[query]!++] = product;
      else kept[--otherStarts[query]!] = product;
    }
  };

  return {
    begin(share) {
      const queries = share.labels.length;
      selves = share.selves;
      if (kept.length < queries * count) kept = new Float32Array(queries * count);
      ownEnds = Float64Array.from({ length: queries }, (_, query) => query * count);
      otherStarts = Float64Array.from({ length: queries }, (_, query) => (query + 1) * count);
    },
    keep(part, positions) {
      const isWhole = part.from === 0 && part.to === tileRows && part.kind !== 'same';
      if (isWhole) keepTile(part);
      else keepRows(part, positions);
    },
    own: (query) => kept.subarray(query * count, ownEnds[query]),
    other: (query) => kept.subarray(otherStarts[query], (query + 1) * count),
  };
}
