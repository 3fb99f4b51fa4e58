import path from 'node:path';
import { tableRows } from '../../arrow/table-rows.ts';
import type { ReportResult } from '../material/material.ts';

/** Image of a selection. */
export interface SelectedImage {
  readonly id: string;
  readonly class: string | null;
  /** Cosine distance to the nearest image that was chosen before it or had a label; null for none. */
  readonly distance: number | null;
}

const mostSelected = 20;

const columns = { id: 'text', class: 'text?', distance: 'number?' } as const;

/** Reads the images that were chosen first, in the order of choice. @throws {PipelineError} `ERR_FORMAT` of a damaged file. */
export async function readSelected(
  { path: folder }: ReportResult,
  signal?: AbortSignal,
): Promise<readonly SelectedImage[]> {
  const selected: SelectedImage[] = [];
  const file = path.join(folder, 'selection.arrow');
  for await (const row of tableRows(file, columns, { signal })) {
    if (selected.push(row) === mostSelected) break;
  }
  return selected;
}
