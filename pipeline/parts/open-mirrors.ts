import type { RunScope } from '../../operators/flow/run-scope.ts';
import {
  type EarlierRows,
  openEventRows,
  openMetricsLines,
  type RowMirror,
} from '../../outputs/run/row-mirror.ts';
import type { RunFolder } from '../../outputs/run/run-folder.ts';

/** Rows of a run that are copied. */
type MirroredRun = Pick<RunFolder, 'path' | 'metrics' | 'validation'>;

/** Copies of the rows of a run for other tools, as far as they are asked for. They belong to the scope. */
export async function openMirrors(
  scope: RunScope,
  run: MirroredRun,
  wanted: { readonly jsonl: boolean; readonly tensorboard: boolean },
): Promise<readonly RowMirror[]> {
  const mirrors: RowMirror[] = [];
  if (wanted.jsonl) {
    mirrors.push(scope.use(await openMetricsLines(run.path, rowsOf(run))));
  }
  if (wanted.tensorboard) {
    mirrors.push(scope.use(await openEventRows(run.path, run.metrics.rows)));
  }
  return mirrors;
}

/** Rows of the steps, each validation behind the last step that is behind its state. */
async function* rowsOf({ metrics, validation }: MirroredRun): EarlierRows {
  const validations = [...(validation?.rows ?? [])];
  for await (const row of metrics.read()) {
    yield ['train', row];
    while (validations[0] !== undefined && validations[0].step <= row['step']! + 1) {
      yield ['validation', validations.shift()!];
    }
  }
}
