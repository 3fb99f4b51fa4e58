import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { writeAtomicFile } from '../../operators/files/atomic-file.ts';
import { writeAll } from '../../operators/files/partial-file.ts';
import { isMissing } from '../../operators/files/system-error.ts';
import { writeError } from '../../operators/files/write-error.ts';
import { writesInTurn } from '../../operators/files/writes-in-turn.ts';
import { endOfStream } from './arrow-writer.ts';
import { countText, sidecarOf } from './log-sidecar.ts';

/** An Arrow stream that grows while it can be read, with its number of rows in a file beside it. Calls are served in order. */
export interface GrowingStream {
  readonly path: string;
  /** Rows in the file. */
  readonly rows: number;
  /** Appends messages that hold so many rows; settles when they are in the file (not yet certainly on the disk: `sync`). */
  append(messages: readonly Uint8Array[], rows: number): Promise<void>;
  /** Brings what was appended to the disk. */
  sync(): Promise<void>;
  /** Writes the end-of-stream mark, brings all to the disk and closes. Idempotent. */
  close(): Promise<void>;
}

/** The beginning of a stream that is kept when it is continued. */
export interface StreamStart {
  readonly rows: number;
  /** Bytes from the start of the file. */
  readonly end: number;
}

/**
 * Opens an Arrow stream to append to it.
 *
 * @param header Its first messages.
 * @param keep What to keep of an existing stream, which is cut there; `'none'` starts anew.
 * @throws {PipelineError} `ERR_FORMAT` when there is no such stream; as `keep` throws; `ERR_WRITE`.
 */
export async function openGrowingStream(
  filePath: string,
  header: Buffer,
  keep: 'none' | ((handle: fs.FileHandle) => Promise<StreamStart>),
): Promise<GrowingStream> {
  if (keep === 'none') {
    await writeAtomicFile(filePath, [header]);
    await writeAtomicFile(sidecarOf(filePath), countText(0, 0));
  }
  const handle = await open(filePath);
  let [rows, end] = [0, header.byteLength];
  try {
    if (keep !== 'none') ({ rows, end } = await keep(handle));
    await handle.truncate(end);
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
  // What is kept was there before.
  let synced = rows;
  let closed = false;

  const inTurn = writesInTurn(filePath);
  // The same number of bytes each time, so that one small write replaces the count as a whole.
  const writeCount = (): Promise<void> =>
    writeAll(sidecar, [Buffer.from(countText(rows, synced))], 0);
  const sync = async (): Promise<void> => {
    await handle.sync();
    synced = rows;
    await writeCount();
    await sidecar.sync();
  };

  await inTurn(writeCount);
  return {
    path: filePath,
    get rows() {
      return rows;
    },
    append: (messages, added) =>
      inTurn(async () => {
        if (closed) throw closedError(filePath);
        await writeAll(handle, messages, end);
        end += messages.reduce((bytes, { byteLength }) => bytes + byteLength, 0);
        rows += added;
        await writeCount();
      }),
    sync: () => inTurn(sync),
    close: () =>
      inTurn(async () => {
        if (closed) return;
        closed = true;
        try {
          // A failed append may have left a part of a message.
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

/** Refuses a file that does not begin with the messages that its stream has. @throws {PipelineError} `ERR_FORMAT`. */
export async function checkHeader(
  handle: fs.FileHandle,
  filePath: string,
  header: Buffer,
): Promise<void> {
  const there = Buffer.alloc(header.byteLength);
  const { bytesRead } = await handle.read(there, 0, there.byteLength, 0);
  if (bytesRead === header.byteLength && there.equals(header)) return;
  throw new PipelineError(
    'ERR_FORMAT',
    `\`${filePath}\` is not a log with these columns, or its start is damaged. Start the run in another folder.`,
    { path: filePath },
  );
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
