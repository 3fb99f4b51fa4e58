import type { Work } from '../../threads/work-pool.ts';
import { nearestSearch, type NearestPart, type NearestSpec } from './nearest-search.ts';
import type { QueryShare, Search } from './query-share.ts';
import { rankingSearch, type RankingPart, type RankingSpec } from './ranking-search.ts';
import type { SupportBlock } from './support-block.ts';

/** Kind of a comparison. */
export type ComparisonSpec = NearestSpec | RankingSpec;

/** Result of a comparison for a share of the queries. */
export type PartOf<Spec extends ComparisonSpec> = Spec extends NearestSpec
  ? NearestPart
  : RankingPart;

/** Request to a thread: first to open a search, then to take queries, to compare them with blocks, and the result. */
export type ComparisonRequest =
  | { readonly open: ComparisonSpec }
  | { readonly share: QueryShare }
  | { readonly block: SupportBlock }
  | 'result';

/** Result of a search, or word that a request is done. */
export type ComparisonReply = NearestPart | RankingPart | 'done';

/** A search of its own, as something that is asked. */
export function comparisonWork(): Work<ComparisonRequest, ComparisonReply> {
  let search: Search<NearestPart | RankingPart> | undefined;
  return async (request) => {
    if (request !== 'result' && 'open' in request) {
      const { open } = request;
      search = open.kind === 'nearest' ? await nearestSearch(open) : await rankingSearch(open);
      return 'done';
    }
    if (search === undefined)
      throw new TypeError('Expected a search to be opened before it is used');
    if (request === 'result') return search.result();
    if ('share' in request) search.start(request.share);
    else await search.add(request.block);
    return 'done';
  };
}
