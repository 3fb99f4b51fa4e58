import type { Work } from '../../threads/work-pool.ts';
import { nearestSearch, type NearestPart, type NearestSpec } from './nearest-search.ts';
import type { PairSummary } from './pair-summary.ts';
import type { QueryShare, Search } from './query-share.ts';
import { rankingSearch, type RankingPart, type RankingSpec } from './ranking-search.ts';
import type { SupportBlock } from './support-block.ts';
import { thresholdSearch, type ThresholdSpec } from './threshold-search.ts';

/** Kind of a comparison. */
export type ComparisonSpec = NearestSpec | RankingSpec | ThresholdSpec;

/** Result of a comparison for a share of the queries. */
export type PartOf<Spec extends ComparisonSpec> = Spec extends NearestSpec
  ? NearestPart
  : Spec extends RankingSpec
    ? RankingPart
    : PairSummary;

/** Request to a thread: first to open a search, then to take queries, to compare them with blocks, and the result. */
export type ComparisonRequest =
  | { readonly open: ComparisonSpec }
  | { readonly share: QueryShare }
  | { readonly block: SupportBlock }
  | 'result';

/** Result of a search, or word that a request is done. */
export type ComparisonReply = AnyPart | 'done';

type AnyPart = NearestPart | RankingPart | PairSummary;

/** A search of its own, as something that is asked. */
export function comparisonWork(): Work<ComparisonRequest, ComparisonReply> {
  let search: Search<AnyPart> | undefined;
  return async (request) => {
    if (request !== 'result' && 'open' in request) {
      search = await searchOf(request.open);
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

async function searchOf(spec: ComparisonSpec): Promise<Search<AnyPart>> {
  if (spec.kind === 'nearest') return await nearestSearch(spec);
  return spec.kind === 'ranking' ? await rankingSearch(spec) : await thresholdSearch(spec);
}
