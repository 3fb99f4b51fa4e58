import fs from 'node:fs/promises';
import { mutex } from '../../operators/files/mutex.ts';
import { writeError } from '../../operators/files/write-error.ts';

/** A text file that grows line by line. Calls are served in order. */
export interface LinesFile {
  /** Appends a line, without its end; settles when it is in the file. */
  append(line: string): Promise<void>;
  /** Brings all to the disk and closes. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens an empty text file for lines.
 *
 * @throws {PipelineError} `ERR_WRITE`, also from the methods.
 */
export async function openLinesFile(file: string): Promise<LinesFile> {
  const handle = await fs.open(file, 'w').catch((error: unknown) => {
    throw writeError(file, error);
  });
  const exclusively = mutex();
  const guarded = (work: () => Promise<void>): Promise<void> =>
    exclusively(async () => {
      try {
        await work();
      } catch (error) {
        throw writeError(file, error);
      }
    });
  let closed = false;
  return {
    append: (line) => guarded(() => handle.appendFile(`${line}\n`)),
    close: () =>
      guarded(async () => {
        if (closed) return;
        closed = true;
        try {
          await handle.sync();
        } finally {
          await handle.close();
        }
      }),
  };
}
