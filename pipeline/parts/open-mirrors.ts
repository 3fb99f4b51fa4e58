import type { RunScope } from '../../operators/flow/run-scope.ts';
import { readLogRows } from '../../outputs/arrow/read-log-rows.ts';
import {
  type EarlierRows,
  openEventRows,
  openMetricsLines,
  type RowMirror,
} from '../../outputs/run/row-mirror.ts';
import type { RunFolder } from '../../outputs/run/run-folder.ts';

/** Copies of the rows of a run for other tools, as far as they are asked for. They belong to the scope. */
export async function openMirrors(
  scope: RunScope,
  run: Pick<RunFolder, 'path' | 'metrics'>,
  wanted: { readonly jsonl: boolean; readonly tensorboard: boolean },
): Promise<readonly RowMirror[]> {
  const mirrors: RowMirror[] = [];
  if (wanted.jsonl) {
    mirrors.push(scope.use(await openMetricsLines(run.path, rowsOf(run.metrics.path))));
  }
  if (wanted.tensorboard) {
    mirrors.push(scope.use(await openEventRows(run.path, run.metrics.rows)));
  }
  return mirrors;
}

async function* rowsOf(log: string): EarlierRows {
  for await (const row of readLogRows(log)) yield ['train', row];
}
