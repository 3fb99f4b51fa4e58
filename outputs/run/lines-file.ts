import fs from 'node:fs/promises';
import { writeError } from '../../operators/files/write-error.ts';
import { writesInTurn } from '../../operators/files/writes-in-turn.ts';

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
  const inTurn = writesInTurn(file);
  let closed = false;
  return {
    append: (line) => inTurn(() => handle.appendFile(`${line}\n`)),
    close: () =>
      inTurn(async () => {
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
