import { bestMatches, type BestMatches } from './best-matches.ts';
import { float32Error } from './exact-products.ts';
import type { Matches } from './matches.ts';
import type { QueryShare, Search } from './query-share.ts';
import { openSimilarityTile } from './similarity-tile.ts';
import { lengthOfRow } from '../vectors/row-length.ts';
import type { SupportBlock } from './support-block.ts';
import { type Bar, tileCandidates } from './tile-candidates.ts';
import { type TilePart, walkTiles } from './tile-walk.ts';

/** A search for the `k` nearest of any class, and for the `sameAndOther` nearest of the same and of other classes. */
export interface NearestSpec {
  readonly kind: 'nearest';
  readonly dim: number;
  readonly k: number;
  /** 0: classes are not looked at, which saves a third of the candidates and more. */
  readonly sameAndOther: number;
}

/** Neighbours of the queries of a share. */
export interface NearestPart {
  readonly nearest: Matches;
  readonly same: Matches;
  readonly other: Matches;
}

/** The best so far of the queries of a share, by kind. */
type Best = Readonly<Record<keyof NearestPart, BestMatches>>;

/**
 * Exact nearest neighbours: float32 screens, float64 decides.
 *
 * A tile of products is computed in float32 with the maximum of each group of support rows. What reaches the worst
 * similarity that is still of interest, less the greatest error that a float32 product can have, is multiplied again in
 * float64, in the order of the dimensions, and that product decides. So the result is what float64 alone would give, a
 * function of the rows alone.
 */
export async function nearestSearch(spec: NearestSpec): Promise<Search<NearestPart>> {
  const tile = await openSimilarityTile(spec.dim);
  const candidates = tileCandidates(tile, spec.dim);
  const bar: Bar = { worst: 0, error: 0, keep: 0 };
  let share = noQueries;
  let lengths = new Float64Array(0);
  let best = nothingYet(0, spec);

  /** Offers what a part of a tile has to the best of any class and to those of its kind. */
  const offerPart = (part: TilePart, block: SupportBlock): void => {
    const { query, kind, tileStart } = part;
    const ofKind = kind === 'unknown' ? undefined : best[kind];
    const worst = best.nearest.worst(query);
    bar.worst = ofKind === undefined ? worst : Math.min(worst, ofKind.worst(query));
    bar.error = float32Error(spec.dim, lengths[query]!, block.longest);
    bar.keep = ofKind === undefined ? spec.k : Math.max(spec.k, spec.sameAndOther);
    const count = candidates.find(part, bar);
    for (let at = 0; at < count; at += 1) {
      const row = tileStart + candidates.rows[at]!;
      const position = block.positions[row]!;
      const label = block.labels[row]!;
      best.nearest.offer(query, position, candidates.products[at]!, label);
      ofKind?.offer(query, position, candidates.products[at]!, label);
    }
  };

  return {
    start(next) {
      // To a query without a class all rows are of one kind.
      share = spec.sameAndOther === 0 ? { ...next, labels: next.labels.map(() => -1) } : next;
      lengths = lengthsOf(next, spec.dim);
      best = nothingYet(lengths.length, spec);
    },
    async add(block) {
      candidates.begin(share, block);
      await walkTiles(tile, { share, block }, (part) => offerPart(part, block));
    },
    result: () => ({
      nearest: best.nearest.matches(),
      same: best.same.matches(),
      other: best.other.matches(),
    }),
  };
}

const noQueries: QueryShare = {
  rows: new Float32Array(0),
  labels: new Int32Array(0),
  selves: new Int32Array(0),
};

function nothingYet(queries: number, { k, sameAndOther }: NearestSpec): Best {
  return {
    nearest: bestMatches(queries, k),
    same: bestMatches(queries, sameAndOther),
    other: bestMatches(queries, sameAndOther),
  };
}

function lengthsOf({ rows, labels }: QueryShare, dim: number): Float64Array<ArrayBuffer> {
  return Float64Array.from(labels, (_, query) =>
    lengthOfRow(rows.subarray(query * dim, (query + 1) * dim)),
  );
}
