import { nearestSearch, type NearestPart, type NearestSpec } from './nearest-search.ts';
import type { QueryShare, Search } from './query-share.ts';
import { rankingSearch, type RankingPart, type RankingSpec } from './ranking-search.ts';
import type { SupportBlock } from './support-block.ts';

/** What a thread does with its queries. */
export type ComparisonSpec = NearestSpec | RankingSpec;

/** What comes out of it. */
export type PartOf<Spec extends ComparisonSpec> = Spec extends NearestSpec
  ? NearestPart
  : RankingPart;

/** What a thread is asked: to take queries, to compare them with a block, or for what was found. */
export type ComparisonRequest =
  { readonly share: QueryShare } | { readonly block: SupportBlock } | 'result';

/** Opens a search on the calling thread, as something that is asked. */
export async function openComparison(
  spec: ComparisonSpec,
): Promise<(request: ComparisonRequest) => Promise<NearestPart | RankingPart | 'done'>> {
  const search: Search<NearestPart | RankingPart> =
    spec.kind === 'nearest' ? await nearestSearch(spec) : await rankingSearch(spec);
  return async (request) => {
    if (request === 'result') return search.result();
    if ('share' in request) search.start(request.share);
    else await search.add(request.block);
    return 'done';
  };
}
