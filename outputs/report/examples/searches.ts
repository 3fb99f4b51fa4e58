import path from 'node:path';
import { tableRows } from '../../arrow/table-rows.ts';
import type { ReportResult } from '../material/material.ts';

/** A query of a search, and what is the most similar to it. */
export interface SearchedImage {
  readonly id: string;
  readonly class: string | null;
  /** Nearest first, a few. */
  readonly nearest: readonly NearImage[];
}

/** Image that a search found. */
export interface NearImage {
  readonly id: string;
  readonly class: string | null;
  readonly similarity: number;
}

const [mostQueries, mostNearest] = [10, 6];

const columns = {
  queryId: { column: 'query_id', kind: 'text' },
  queryClass: { column: 'query_class', kind: 'text?' },
  rank: 'number',
  id: 'text',
  class: 'text?',
  similarity: 'number',
} as const;

/** Reads the first queries of a search and their nearest images. @throws {PipelineError} `ERR_FORMAT` of a damaged file. */
export async function readSearches(
  { path: folder }: ReportResult,
  signal?: AbortSignal,
): Promise<readonly SearchedImage[]> {
  const queries: { id: string; class: string | null; nearest: NearImage[] }[] = [];
  const file = path.join(folder, 'neighbours.arrow');
  for await (const { queryId, queryClass, rank, ...near } of tableRows(file, columns, { signal })) {
    // Ids may repeat: a query begins with its nearest image.
    if (rank === 1) {
      if (queries.length === mostQueries) break;
      queries.push({ id: queryId, class: queryClass, nearest: [] });
    }
    if (rank <= mostNearest) queries.at(-1)?.nearest.push(near);
  }
  return queries;
}
