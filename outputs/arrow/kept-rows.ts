import type fs from 'node:fs/promises';
import { PipelineError } from '../../operators/errors.ts';
import { isThere } from '../../operators/files/system-error.ts';
import { counted } from '../../operators/message-words.ts';
import { outOfRange } from '../../operators/out-of-range.ts';
import { checkHeader } from './growing-stream.ts';
import type { LogColumns, RowEncoder } from './log-rows.ts';
import { readSyncedCount, sidecarOf } from './log-sidecar.ts';

/** Rows of an existing log that are kept when it is continued; all after them are dropped. */
export interface KeepOptions {
  /**
   * Number of rows to keep. With `keepBefore` the least number that it must find.
   * @default 0, or with `keepBefore` not known
   */
  readonly keepRows?: number | undefined;
  /**
   * Keep the rows up to the first whose int32 column `step` is not below this number; 0 keeps none. Steps never fall from
   * row to row.
   *
   * A damaged end, as a loss of power leaves it, may follow the rows to keep: `keepRows` says how many there must be, or
   * without it the last `sync`. With fewer the log is refused, since what is damaged may be of those.
   * @default by `keepRows` alone
   */
  readonly keepBefore?: number | undefined;
}

/** @throws {RangeError} When a number is none that a count can be, or there is no `step` to keep by. */
export function checkKeep(columns: LogColumns, { keepRows, keepBefore }: KeepOptions): void {
  for (const [name, value] of Object.entries({ keepRows, keepBefore })) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) {
      throw outOfRange(name, 'an integer of at least 0', value);
    }
  }
  if (keepBefore !== undefined && columns['step'] !== 'int32') {
    throw outOfRange('keepBefore', 'left out for a log without an int32 column `step`', keepBefore);
  }
}

/** A log that is being continued. */
interface OpenLog {
  readonly handle: fs.FileHandle;
  readonly path: string;
  readonly encoder: RowEncoder;
}

/** Why no more rows are kept. */
interface Kept {
  readonly rows: number;
  readonly ended: 'limit' | 'step' | 'damage' | 'file';
}

/**
 * Number of rows to keep of a log, all of them whole.
 *
 * @throws {PipelineError} `ERR_FORMAT` when it has other columns, or some of the rows to keep are missing or damaged.
 */
export async function keptRows(log: OpenLog, options: KeepOptions): Promise<number> {
  const { keepRows, keepBefore } = options;
  await checkHeader(log.handle, log.path, log.encoder.header);
  const kept = await wholeRows(log, options);
  const { rows, ended } = kept;
  const needed = keepRows ?? (keepBefore === undefined ? 0 : await rowsWithout(log, kept));
  if (rows >= needed) return rows;
  if (ended === 'damage') throw damagedRow(log.path, rows);
  const which = keepBefore === undefined ? '' : ` of steps before ${keepBefore}`;
  throw new PipelineError(
    'ERR_FORMAT',
    `Expected \`${log.path}\` to hold at least ${counted(needed, 'row')}${which}, got ${rows}: it was cut. ` +
      'Continue from an earlier checkpoint, or start the run in another folder.',
    { path: log.path },
  );
}

/** Rows that must be there when no one says how many: all that were brought to the disk, up to one of a later step. */
async function rowsWithout({ path }: OpenLog, { rows, ended }: Kept): Promise<number> {
  if (ended === 'step' || ended === 'limit') return rows;
  if (await isThere(sidecarOf(path))) return await readSyncedCount(path);
  return ended === 'damage' ? rows + 1 : rows;
}

const bytesAtOnce = 2 ** 20;

/** Whole rows from the start, up to what the options say. */
async function wholeRows(
  { handle, encoder: { header, frame, rowBytes, offsets } }: OpenLog,
  { keepRows = 0, keepBefore }: KeepOptions,
): Promise<Kept> {
  const { size } = await handle.stat();
  const there = Math.floor((size - header.byteLength) / rowBytes);
  const end = keepBefore === undefined ? Math.min(keepRows, there) : there;
  const rowsAtOnce = Math.max(1, Math.floor(bytesAtOnce / rowBytes));
  for (let row = 0; row < end; row += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, end - row);
    const block = await readAt(handle, count * rowBytes, header.byteLength + row * rowBytes);
    for (let at = 0; at < count; at += 1) {
      const start = at * rowBytes;
      const isWhole = frame.equals(block.subarray(start, start + frame.byteLength));
      if (!isWhole) return { rows: row + at, ended: 'damage' };
      if (keepBefore === undefined) continue;
      const step = block.readInt32LE(start + offsets.get('step')!);
      if (step >= keepBefore) return { rows: row + at, ended: 'step' };
    }
  }
  return { rows: end, ended: end === there ? 'file' : 'limit' };
}

async function readAt(handle: fs.FileHandle, bytes: number, position: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await handle.read(buffer, 0, bytes, position);
  return buffer.subarray(0, bytesRead);
}

function damagedRow(path: string, row: number): PipelineError {
  return new PipelineError(
    'ERR_FORMAT',
    `Row ${row} of \`${path}\` is damaged. Continue from an earlier checkpoint, or start the run in another folder.`,
    { path },
  );
}
