import { type IsOwnFile, openPartialFolder } from '../../operators/files/partial-folder.ts';
import { isRun, notARun } from '../run/not-a-run.ts';
import { taggedValues } from '../run/row-mirror.ts';
import { readSavedConfig } from '../run/saved-config.ts';
import { openEventFile } from '../tensorboard/event-file.ts';
import type { ConversionOptions, ConversionReport } from './conversion.ts';
import { runRows } from './run-rows.ts';

/** Files of such a folder. */
export const isEventFile: IsOwnFile = (name) =>
  /^events\.out\.tfevents\.\d+\.\d+\.sincere$/u.test(name);

/**
 * Writes the metrics and validations of a run as event files: `tensorboard --logdir FOLDER`. The folder appears when it is
 * complete.
 *
 * Tags are those of `train --tensorboard`. Times are seconds of training, counted from 1970: relative times are right, and the
 * bytes are a function of the run.
 *
 * @param folder One that holds other files is refused.
 * @param run Folder that `train` wrote; the run may go on.
 * @throws {PipelineError} `ERR_FORMAT` when it is no run, or damaged; `ERR_WRITE`.
 * @throws The reason of `signal`; nothing is left behind then.
 */
export async function writeEventsFolder(
  folder: string,
  run: string,
  { signal, onRows }: ConversionOptions = {},
): Promise<ConversionReport> {
  if (!(await isRun(run)) || (await readSavedConfig(run)) === undefined) throw await notARun(run);
  const partial = await openPartialFolder(folder, isEventFile);
  let [now, rows] = [0, 0];
  try {
    const events = await openEventFile(partial.temporary, { now: () => now });
    try {
      for await (const { kind, row, seconds } of runRows(run)) {
        signal?.throwIfAborted();
        now = seconds;
        await events.append(row['step']!, taggedValues(kind, row));
        rows += 1;
        onRows?.(rows);
      }
    } finally {
      await events.close();
    }
    const { bytes } = await partial.commit();
    return { path: folder, rows, bytes };
  } catch (error) {
    await partial.discard();
    throw error;
  }
}
