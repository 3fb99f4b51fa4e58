import type fs from 'node:fs/promises';
import { type Data, type Field, Int32, Schema } from 'apache-arrow';
import { type ArrowMessage, readArrowMessage } from '../../operators/arrow/arrow-messages.ts';
import { PipelineError } from '../../operators/errors.ts';
import { openFileWindow } from '../../operators/files/file-window.ts';
import { isThere } from '../../operators/files/system-error.ts';
import { counted } from '../../operators/message-words.ts';
import { outOfRange } from '../../operators/out-of-range.ts';
import { recordBatch } from './arrow-columns.ts';
import { ArrowStreamWriter } from './arrow-writer.ts';
import {
  checkHeader,
  type GrowingStream,
  openGrowingStream,
  type StreamStart,
} from './growing-stream.ts';
import { readSyncedCount, sidecarOf } from './log-sidecar.ts';

/** A log of tables that grows while it can be read. Calls are served in order. */
export interface BlockLog extends Pick<GrowingStream, 'path' | 'rows' | 'sync' | 'close'> {
  /** Appends the rows of one step, a column for each field; settles when they are in the file. */
  append(columns: readonly Data[]): Promise<void>;
}

/** Options of `openBlockLog`. */
export interface BlockLogOptions {
  /** Keep the blocks of steps below this one of an existing log; 0 starts anew. @default 0 */
  readonly keepBefore?: number | undefined;
  /** Goes into the metadata of the schema. It must not change when the log is continued. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * Append-only log in an Arrow stream (`.arrows`) whose blocks, a record batch each, are tables of one step. Like
 * `openArrowLog`, for columns of any type: its bytes are a function of its blocks alone, and it is cut at a step.
 *
 * @param filePath Its folder must exist.
 * @param fields The first is `step`, int32 and never null: it has one value in a block, and never falls.
 * @returns To be closed by the caller.
 * @throws {RangeError} When `keepBefore` is no count, or the first field is another.
 * @throws {PipelineError} `ERR_FORMAT` when the log has other columns, or blocks are missing; `ERR_WRITE`.
 */
export async function openBlockLog(
  filePath: string,
  fields: readonly Field[],
  options: BlockLogOptions = {},
): Promise<BlockLog> {
  const { keepBefore = 0, metadata = {} } = options;
  checkOptions(fields, keepBefore);
  const schema = new Schema([...fields], new Map(Object.entries(metadata)));
  const writer = new ArrowStreamWriter();
  const header = writer.begin(schema);
  const keep = (handle: fs.FileHandle): Promise<StreamStart> =>
    keptBlocks(handle, filePath, header, keepBefore);
  const stream = await openGrowingStream(filePath, header, keepBefore === 0 ? 'none' : keep);
  return {
    path: filePath,
    get rows() {
      return stream.rows;
    },
    async append(columns) {
      const batch = recordBatch(schema, columns);
      if (batch.numRows > 0) await stream.append([writer.encode(batch)], batch.numRows);
    },
    sync: () => stream.sync(),
    close: () => stream.close(),
  };
}

function checkOptions([step]: readonly Field[], keepBefore: number): void {
  if (!Number.isSafeInteger(keepBefore) || keepBefore < 0) {
    throw outOfRange('keepBefore', 'an integer of at least 0', keepBefore);
  }
  if (step?.name !== 'step' || !(step.type instanceof Int32) || step.nullable) {
    throw outOfRange('fields', 'fields of which the first is an int32 `step`', `${step?.name}`);
  }
}

/** The whole blocks of steps before `keepBefore`. What stands behind them may be of any kind: it is dropped. */
async function keptBlocks(
  handle: fs.FileHandle,
  path: string,
  header: Buffer,
  keepBefore: number,
): Promise<StreamStart> {
  await checkHeader(handle, path, header);
  const window = await openFileWindow(path);
  try {
    let [rows, end] = [0, header.byteLength];
    for (;;) {
      const message = await readArrowMessage(window, end);
      if (typeof message === 'string') break;
      const step = await stepOf(handle, message);
      if (step === undefined) break;
      if (step >= keepBefore) return { rows, end };
      rows += message.rows;
      end = message.end;
    }
    await checkCount(path, rows, keepBefore);
    return { rows, end };
  } finally {
    await window.close();
  }
}

/** The step of a block; undefined of what is none. */
async function stepOf(handle: fs.FileHandle, message: ArrowMessage): Promise<number | undefined> {
  if (message.kind !== 'batch' || message.rows === 0) return undefined;
  // Behind the validity of the first column, which has no bytes.
  const values = message.layout.buffers[1];
  if (
    values === undefined ||
    values.length < 4 ||
    values.offset < 0 ||
    values.offset + 4 > message.bodyBytes
  ) {
    return undefined;
  }
  const value = Buffer.alloc(4);
  await handle.read(value, 0, 4, message.end - message.bodyBytes + values.offset);
  return value.readInt32LE(0);
}

/** Refuses a log with fewer rows than were brought to the disk, all of earlier steps: some of those may be what is missing. */
async function checkCount(path: string, rows: number, keepBefore: number): Promise<void> {
  if (!(await isThere(sidecarOf(path)))) return;
  const synced = await readSyncedCount(path);
  if (rows >= synced) return;
  throw new PipelineError(
    'ERR_FORMAT',
    `Expected \`${path}\` to hold ${counted(synced, 'row')}, got ${counted(rows)}, all of steps before ` +
      `${counted(keepBefore)}: it was cut or is damaged. Continue from an earlier checkpoint, or start the run in another folder.`,
    { path },
  );
}
