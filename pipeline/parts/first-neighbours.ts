import type { NamedRows } from '../../outputs/tables/neighbour-files.ts';
import type { SearchParts } from '../../outputs/tables/search-parts.ts';

/** One neighbour of a query. */
export interface ShownNeighbour {
  readonly queryId: string;
  /** From 1. */
  readonly rank: number;
  readonly id: string;
  readonly similarity: number;
  /** Null when unknown. */
  readonly queryClass: string | null;
  readonly class: string | null;
}

/** Neighbours that a person is shown, about. */
const mostShown = 20;

/** All neighbours of the first few queries, in order. */
export async function firstNeighbours(
  parts: SearchParts,
  places: number,
  { queries, support }: Readonly<Record<'queries' | 'support', NamedRows>>,
): Promise<readonly ShownNeighbour[]> {
  if (places === 0) return [];
  const shown = Math.max(1, Math.floor(mostShown / places));
  for await (const { positions, similarities } of parts.read(shown)) {
    return Array.from(positions, (position, at) => {
      const query = Math.floor(at / places);
      return {
        queryId: queries.id(query),
        rank: (at % places) + 1,
        id: support.id(position),
        similarity: similarities[at]!,
        queryClass: queries.class(query),
        class: support.class(position),
      };
    });
  }
  return [];
}
