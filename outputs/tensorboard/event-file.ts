import fs from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../../operators/files/make-folder.ts';
import { errorCode } from '../../operators/files/system-error.ts';
import { writeError } from '../../operators/files/write-error.ts';
import { writesInTurn } from '../../operators/files/writes-in-turn.ts';
import { scalarsEvent, startEvent, versionEvent } from './event.ts';
import { record } from './record.ts';

/** An event file of TensorBoard being written. Calls are served in order. */
export interface EventFile {
  readonly path: string;
  /** Appends the scalars of a step, each under its tag. TensorBoard reads them as float32. */
  append(step: number, values: Readonly<Record<string, number>>): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Options of `openEventFile`. */
export interface EventFileOptions {
  /** Steps that are behind the run: what earlier files hold of later ones is void. @default 0 */
  readonly startAt?: number | undefined;
  /** Seconds since 1970. @default the clock of the system */
  readonly now?: (() => number) | undefined;
}

/**
 * Opens an event file in a folder that TensorBoard shows as one run: `tensorboard --logdir FOLDER`.
 *
 * A run that is continued has a file for each time, of which the later are right. Wall times are those of writing, so no two
 * runs have the same bytes.
 *
 * @param folder Created when it is missing.
 * @throws {PipelineError} `ERR_WRITE`, also from the methods.
 * @example
 * ```ts
 * const events = await openEventFile('runs/a/tensorboard');
 * await events.append(0, { 'train/loss': 5.4 });
 * await events.close();
 * ```
 */
export async function openEventFile(
  folder: string,
  { startAt = 0, now = () => Date.now() / 1000 }: EventFileOptions = {},
): Promise<EventFile> {
  await makeFolder(folder);
  const { file, handle } = await newFile(folder, Math.floor(now()));
  const inTurn = writesInTurn(file);
  let closed = false;
  const write = (event: Buffer): Promise<void> => inTurn(() => handle.appendFile(record(event)));
  await write(versionEvent(now()));
  await write(startEvent(now(), startAt));
  return {
    path: file,
    append: (step, values) => write(scalarsEvent(now(), step, values)),
    close: () =>
      inTurn(async () => {
        if (closed) return;
        closed = true;
        await handle.close();
      }),
  };
}

/** A file whose name sorts behind those that are there: TensorBoard reads them in that order. */
async function newFile(
  folder: string,
  seconds: number,
): Promise<{ readonly file: string; readonly handle: fs.FileHandle }> {
  for (let number = 0; ; number += 1) {
    const name = `events.out.tfevents.${String(seconds).padStart(10, '0')}.${String(number).padStart(4, '0')}.sincere`;
    const file = path.join(folder, name);
    try {
      return { file, handle: await fs.open(file, 'ax') };
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw writeError(file, error);
    }
  }
}
