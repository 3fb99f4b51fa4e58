import path from 'node:path';
import { type ColumnBlock, readColumnBlocks } from '../../arrow/read-columns.ts';
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
  const rows: Omit<Suspect, 'voters'>[] = [];
  for await (const block of readColumnBlocks(path.join(folder, 'suspects.arrow'))) {
    signal?.throwIfAborted();
    rows.push(...suspectsOf(block, isOfHistory ? '' : 'knn_', mostSuspects - rows.length));
    if (rows.length === mostSuspects) break;
  }
  const voters = await votersOf(path.join(folder, 'neighbours.arrow'), rows, signal);
  return rows.map((row) => Object.assign(row, { voters: voters.get(row.id) ?? [] }));
}

/** Rows of suspects stand in the order of their rank; behind them are those that are none. */
function suspectsOf(
  block: ColumnBlock,
  votes: string,
  most: number,
): readonly Omit<Suspect, 'voters'>[] {
  const [ids, classes, suggested] = [
    block.text('id'),
    block.text('class'),
    block.text('suggested'),
  ];
  const [duplicateIds, duplicateClasses] = [
    block.text('duplicate_id'),
    block.text('duplicate_class'),
  ];
  const [ranks, flags] = [block.number('rank'), block.number('suspect')];
  const shares = block.number('suggested_share');
  const confidences = block.number(`${votes}self_confidence`);
  const margins = block.number(`${votes}margin`);
  const rows = Array.from(ids.keys()).filter((row) => flags[row] === 1);
  return rows.slice(0, most).map((row) => ({
    rank: ranks[row]!,
    id: ids[row]!,
    class: classes[row] ?? null,
    suggested: suggested[row] ?? null,
    suggestedShare: shares[row]!,
    selfConfidence: confidences[row]!,
    margin: margins[row]!,
    duplicateId: duplicateIds[row] ?? null,
    duplicateClass: duplicateClasses[row] ?? null,
  }));
}

async function votersOf(
  file: string,
  suspects: readonly { readonly id: string }[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, readonly Voter[]>> {
  const voters = new Map(suspects.map(({ id }) => [id, [] as Voter[]]));
  let wanted = voters.size * mostVoters;
  for await (const block of readColumnBlocks(file)) {
    signal?.throwIfAborted();
    const [ids, neighbours, classes] = [
      block.text('id'),
      block.text('neighbour_id'),
      block.text('neighbour_class'),
    ];
    for (const [row, similarity] of block.number('similarity').entries()) {
      const of = voters.get(ids[row]!);
      if (of === undefined || of.length === mostVoters) continue;
      of.push({ id: neighbours[row]!, class: classes[row] ?? null, similarity });
      wanted -= 1;
    }
    if (wanted === 0) break;
  }
  return voters;
}
