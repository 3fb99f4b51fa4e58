import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { endOfStream } from './arrow-writer.ts';
import { type LogColumns, type LogRow, rowEncoder } from './log-rows.ts';
import { checkKeep, keptRows, type KeepOptions } from './kept-rows.ts';
import { countText, sidecarOf } from './log-sidecar.ts';
import { writeAtomicFile } from '../../operators/files/atomic-file.ts';
import { mutex } from '../../operators/files/mutex.ts';
import { writeAll } from '../../operators/files/partial-file.ts';
import { isMissing } from '../../operators/files/system-error.ts';
import { writeError } from '../../operators/files/write-error.ts';

/** A log of numbers that grows while it can be read. Calls are served in order. */
export interface ArrowLog<C extends LogColumns> {
  readonly path: string;
  /** Rows in the file. */
  readonly rows: number;
  /** Appends rows; settles when they are in the file (not yet certainly on the disk: `sync`). */
  append(rows: readonly LogRow<C>[]): Promise<void>;
  /** Brings what was appended to the disk. */
  sync(): Promise<void>;
  /** Writes the end-of-stream mark, brings all to the disk and closes. Idempotent. */
  close(): Promise<void>;
}

/** Options of `openArrowLog`. */
export interface ArrowLogOptions extends KeepOptions {
  /** Goes into the metadata of the schema. It must not change when the log is continued. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * Append-only log in an Arrow stream (`.arrows`) whose bytes are a function of its rows alone.
 *
 * ```
 * schema │ row 0 │ row 1 │ … │ row n − 1 │ end-of-stream mark (only when closed)
 * ```
 *
 * Each row is a batch of its own, so that the columns, all of fixed width, give every row the same
 * number of bytes. Hence a killed run can drop a half-written tail, or all rows past a checkpoint, by
 * cutting the file (`keepRows`, `keepBefore`); and the order of appends, closes and kills leaves no trace in it. The price is
 * about 60 bytes of frame for each column and row.
 *
 * Readers take a stream without its end mark for complete. So `<path>.json` holds the number of rows,
 * written after them: a file with fewer was cut.
 *
 * @param filePath Its folder must exist.
 * @param columns Type of each column by name, in their order.
 * @returns To be closed by the caller.
 * @throws {RangeError} When a number is no count, or `keepBefore` is given without an int32 column `step`.
 * @throws {PipelineError} `ERR_FORMAT` when fewer than `keepRows` rows are there, or the log has other
 * columns; `ERR_WRITE`.
 * @example
 * ```ts
 * const log = await openArrowLog('losses.arrows', { step: 'int32', loss: 'float64' });
 * await log.append([{ step: 0, loss: 4.1 }]);
 * await log.sync(); // on the disk, whatever happens next
 * await log.close();
 * ```
 */
export async function openArrowLog<const C extends LogColumns>(
  filePath: string,
  columns: C,
  options: ArrowLogOptions = {},
): Promise<ArrowLog<C>> {
  const { keepRows = 0, keepBefore, metadata = {} } = options;
  checkKeep(columns, options);
  const encoder = rowEncoder(columns, metadata);
  const { header, rowBytes } = encoder;
  if ((keepBefore ?? keepRows) === 0) {
    await writeAtomicFile(filePath, [header]);
    await writeAtomicFile(sidecarOf(filePath), countText(0));
  }
  const handle = await open(filePath);
  let rows = keepRows;
  try {
    rows = await keptRows({ handle, path: filePath, encoder }, options);
    await handle.truncate(header.byteLength + rows * rowBytes);
  } catch (error) {
    await handle.close();
    throw error instanceof PipelineError ? error : writeError(filePath, error);
  }
  const sidecar = await open(sidecarOf(filePath), fs.constants.O_RDWR | fs.constants.O_CREAT).catch(
    async (error: unknown) => {
      await handle.close();
      throw error;
    },
  );
  let closed = false;

  const exclusively = mutex();
  const guarded = (work: () => Promise<void>): Promise<void> =>
    exclusively(async () => {
      try {
        await work();
      } catch (error) {
        throw writeError(filePath, error);
      }
    });
  // The same number of bytes each time, so that one small write replaces the count as a whole.
  const writeCount = (): Promise<void> => writeAll(sidecar, [Buffer.from(countText(rows))], 0);
  const sync = async (): Promise<void> => {
    await handle.sync();
    await sidecar.sync();
  };

  await guarded(writeCount);
  return {
    path: filePath,
    get rows() {
      return rows;
    },
    async append(added) {
      const encoded = added.map(encoder.encode);
      await guarded(async () => {
        if (closed) throw closedError(filePath);
        await writeAll(handle, encoded, header.byteLength + rows * rowBytes);
        rows += added.length;
        await writeCount();
      });
    },
    sync: () => guarded(sync),
    close: () =>
      guarded(async () => {
        if (closed) return;
        closed = true;
        try {
          const end = header.byteLength + rows * rowBytes;
          // A failed append may have left a part of a row.
          await handle.truncate(end);
          await writeAll(handle, [endOfStream], end);
          await sync();
        } finally {
          await handle.close();
          await sidecar.close();
        }
      }),
  };
}

async function open(filePath: string, flags: string | number = 'r+'): Promise<fs.FileHandle> {
  try {
    return await fs.open(filePath, flags);
  } catch (error) {
    if (!isMissing(error)) throw writeError(filePath, error);
    throw new PipelineError(
      'ERR_FORMAT',
      `\`${path.basename(filePath)}\` is missing in \`${path.dirname(filePath)}\`. Start the run in another folder.`,
      { path: filePath, cause: error },
    );
  }
}

function closedError(filePath: string): PipelineError {
  return new PipelineError('ERR_CONTRACT', `\`${filePath}\` is closed already.`, {
    path: filePath,
  });
}
