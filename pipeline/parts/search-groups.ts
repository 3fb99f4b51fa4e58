import { neighbourGroups } from '../../operators/evaluation/neighbours/nearest-neighbours.ts';
import { selectedVectors } from '../../operators/evaluation/vectors/selected-vectors.ts';
import { unitVectors } from '../../operators/evaluation/vectors/unit-vectors.ts';
import type { Search } from './open-search.ts';
import type { TellProgress } from './run-task.ts';

/** Means of a search, and who is told of it. */
export interface SearchMeans {
  readonly memoryMb: number;
  /** Null for all cores. */
  readonly threads: number | null;
  readonly signal: AbortSignal;
  readonly tell: TellProgress;
}

/** Searches for the queries that are not done yet, a group at a time, each of which is a part when it is found. */
export async function searchGroups(
  { queries, support, layer, selves, places, parts }: Search,
  { memoryMb, threads, signal, tell }: SearchMeans,
): Promise<void> {
  const { done } = parts;
  const left = Int32Array.from({ length: queries.count - done }, (_, at) => done + at);
  if (places === 0 || left.length === 0) return;
  const rest = done === 0 ? queries : selectedVectors(queries, left);
  const groups = neighbourGroups(unitVectors(rest, layer), unitVectors(support, layer), {
    k: places,
    sameAndOther: 0,
    selves: selves?.subarray(done),
    memoryMb,
    threads: threads ?? undefined,
    signal,
    onProgress: (some) =>
      tell({ label: 'search', done: done + some, total: queries.count, unit: 'queries' }),
  });
  for await (const { first, found } of groups) {
    const { positions, similarities } = found.nearest;
    await parts.add({ first: done + first, queries: found.count, positions, similarities });
  }
}
