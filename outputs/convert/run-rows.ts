import path from 'node:path';
import { isThere } from '../../operators/files/system-error.ts';
import { openArrowStream } from '../arrow/read-arrow-stream.ts';
import type { MirroredRow, RowKind } from '../run/row-mirror.ts';
import { validationName } from '../run/run-validation.ts';

/** A row of a run, and when it came. */
export interface RunRow {
  readonly kind: RowKind;
  readonly row: MirroredRow;
  /** Seconds of training until then, 0 where the run does not say. */
  readonly seconds: number;
}

/**
 * Rows of a run, which may still grow: those of steps in order, each validation behind the last step of its state.
 *
 * @throws {PipelineError} `ERR_READ` when it has no metrics yet, `ERR_FORMAT` when a file is damaged.
 */
export async function* runRows(run: string): AsyncGenerator<RunRow, void, undefined> {
  const timing = rowsOf(path.join(run, 'timing.arrows'));
  const validations = rowsOf(path.join(run, validationName));
  let validation = await nextOf(validations);
  let seconds = 0;
  try {
    for await (const row of rowsOf(path.join(run, 'metrics.arrows'), 'needed')) {
      seconds += secondsOf(await nextOf(timing));
      yield { kind: 'train', row, seconds };
      while (validation !== undefined && validation['step']! <= row['step']! + 1) {
        yield { kind: 'validation', row: validation, seconds };
        validation = await nextOf(validations);
      }
    }
  } finally {
    await timing.return();
    await validations.return();
  }
}

function secondsOf(timing: MirroredRow | undefined): number {
  const { wall_ms: wallMs = 0 } = timing ?? {};
  return Number.isFinite(wallMs) ? Math.max(0, wallMs) / 1000 : 0;
}

async function nextOf(rows: AsyncGenerator<MirroredRow>): Promise<MirroredRow | undefined> {
  const next = await rows.next();
  return next.done === true ? undefined : next.value;
}

async function* rowsOf(file: string, needed?: 'needed'): AsyncGenerator<MirroredRow, void> {
  if (needed === undefined && !(await isThere(file))) return;
  const stream = await openArrowStream(file);
  try {
    const names = stream.schema.fields.map(({ name }) => name);
    for await (const batch of stream.read()) {
      const columns = names.map((_, at) => batch.getChildAt(at)!);
      for (let row = 0; row < batch.numRows; row += 1) {
        yield Object.fromEntries(names.map((name, at) => [name, Number(columns[at]!.get(row))]));
      }
    }
  } finally {
    await stream.close();
  }
}
