import { openFileWindow } from '../../operators/files/file-window.ts';
import { openGrowingStream } from './growing-stream.ts';
import { checkKeep, keptRows, type KeepOptions } from './kept-rows.ts';
import { type LogColumns, type LogRow, rowEncoder, type RowEncoder } from './log-rows.ts';

/** A log of numbers that grows while it can be read. Calls are served in order. */
export interface ArrowLog<C extends LogColumns> {
  readonly path: string;
  /** Rows in the file. */
  readonly rows: number;
  /** Appends rows; settles when they are in the file (not yet certainly on the disk: `sync`). */
  append(rows: readonly LogRow<C>[]): Promise<void>;
  /**
   * The rows that are in the file, in order, about a megabyte in memory at a time.
   * @throws {PipelineError} `ERR_READ`.
   */
  read(): AsyncGenerator<LogRow<C>, void, undefined>;
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
  const stream = await openGrowingStream(
    filePath,
    header,
    (keepBefore ?? keepRows) === 0
      ? 'none'
      : async (handle) => {
          const rows = await keptRows({ handle, path: filePath, encoder }, options);
          return { rows, end: header.byteLength + rows * rowBytes };
        },
  );
  return {
    path: filePath,
    get rows() {
      return stream.rows;
    },
    async append(added) {
      await stream.append(added.map(encoder.encode), added.length);
    },
    // The columns are those of `C`.
    read: () => readRows(filePath, encoder, stream.rows) as AsyncGenerator<LogRow<C>, void>,
    sync: () => stream.sync(),
    close: () => stream.close(),
  };
}

const bytesAtOnce = 2 ** 20;

/** The first rows of a log, by the places of their values: a run that goes on reads all that it has. */
async function* readRows(
  filePath: string,
  { header, rowBytes, decode }: RowEncoder,
  rows: number,
): AsyncGenerator<Readonly<Record<string, number>>, void, undefined> {
  const window = await openFileWindow(filePath);
  try {
    const rowsAtOnce = Math.max(1, Math.floor(bytesAtOnce / rowBytes));
    for (let row = 0; row < rows; row += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, rows - row);
      const start = header.byteLength + row * rowBytes;
      const bytes = Buffer.from(await window.bytes(start, count * rowBytes));
      for (let at = 0; at < count; at += 1) yield decode(bytes, at * rowBytes);
    }
  } finally {
    await window.close();
  }
}
