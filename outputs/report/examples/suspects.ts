import path from 'node:path';
import { tableRows } from '../../arrow/table-rows.ts';
import type { ReportResult } from '../material/material.ts';

/** A label that is probably wrong. */
export interface Suspect {
  readonly rank: number;
  readonly id: string;
  readonly class: string | null;
  readonly suggested: string | null;
  readonly suggestedShare: number;
  readonly selfConfidence: number;
  readonly margin: number;
  /** Near-duplicate of another class; null for none. */
  readonly duplicateId: string | null;
  readonly duplicateClass: string | null;
  /** Nearest first, a few. */
  readonly voters: readonly Voter[];
}

/** Neighbour of a suspect. */
export interface Voter {
  readonly id: string;
  readonly class: string | null;
  readonly similarity: number;
}

const [mostSuspects, mostVoters] = [20, 3];

/** Reads the first suspects of a result and their nearest neighbours. @throws {PipelineError} `ERR_FORMAT` of a damaged file. */
export async function readSuspects(
  { path: folder, summary }: ReportResult,
  signal?: AbortSignal,
): Promise<readonly Suspect[]> {
  const isOfHistory = typeof summary['history'] === 'string';
  const votes = isOfHistory ? '' : 'knn_';
  const columns = {
    id: 'text',
    class: 'text?',
    suggested: 'text?',
    suggestedShare: { column: 'suggested_share', kind: 'number?' },
    selfConfidence: { column: `${votes}self_confidence`, kind: 'number?' },
    margin: { column: `${votes}margin`, kind: 'number?' },
    rank: 'number?',
    suspect: 'number?',
    duplicateId: { column: 'duplicate_id', kind: 'text?' },
    duplicateClass: { column: 'duplicate_class', kind: 'text?' },
  } as const;
  const rows: Omit<Suspect, 'voters'>[] = [];
  // Rows of suspects stand in the order of their rank; behind them are those that are none.
  const file = path.join(folder, 'suspects.arrow');
  for await (const { suspect, ...row } of tableRows(file, columns, { signal })) {
    if (suspect !== 1) continue;
    rows.push({
      ...row,
      rank: row.rank ?? Number.NaN,
      suggestedShare: row.suggestedShare ?? Number.NaN,
      selfConfidence: row.selfConfidence ?? Number.NaN,
      margin: row.margin ?? Number.NaN,
    });
    if (rows.length === mostSuspects) break;
  }
  const voters = await votersOf(path.join(folder, 'neighbours.arrow'), rows, signal);
  return rows.map((row) => Object.assign(row, { voters: voters.get(row.id) ?? [] }));
}

const voterColumns = {
  of: { column: 'id', kind: 'text' },
  id: { column: 'neighbour_id', kind: 'text' },
  class: { column: 'neighbour_class', kind: 'text?' },
  similarity: 'number',
} as const;

async function votersOf(
  file: string,
  suspects: readonly { readonly id: string }[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, readonly Voter[]>> {
  const voters = new Map(suspects.map(({ id }) => [id, [] as Voter[]]));
  let wanted = voters.size * mostVoters;
  for await (const { of, ...voter } of tableRows(file, voterColumns, { signal })) {
    if (wanted === 0) break;
    const found = voters.get(of);
    if (found === undefined || found.length === mostVoters) continue;
    found.push(voter);
    wanted -= 1;
  }
  return voters;
}
