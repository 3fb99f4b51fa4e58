import fs from 'node:fs/promises';
import { messageOf, PipelineError } from '../errors.ts';

/** A file read at any place through a window of fixed size. */
export interface FileWindow {
  readonly path: string;
  readonly size: number;
  /**
   * Bytes from `position`; fewer at the end of the file. A view that holds until the next call.
   * More than a window of them come in a buffer of their own.
   */
  bytes(position: number, length: number): Promise<Buffer>;
  /** Idempotent. */
  close(): Promise<void>;
}

const windowBytes = 1 << 18;

/**
 * Opens a file for many small reads that lie close together.
 *
 * @throws {PipelineError} `ERR_READ` when it cannot be opened or read.
 */
export async function openFileWindow(path: string): Promise<FileWindow> {
  const unreadable = (error: unknown): PipelineError =>
    new PipelineError('ERR_READ', `Cannot read \`${path}\`: ${messageOf(error)}`, {
      path,
      cause: error,
    });
  const handle = await fs.open(path, 'r').catch((error: unknown) => {
    throw unreadable(error);
  });
  const fill = async (buffer: Buffer, position: number): Promise<Buffer> => {
    try {
      const { bytesRead } = await handle.read(buffer, 0, buffer.byteLength, position);
      return buffer.subarray(0, bytesRead);
    } catch (error) {
      throw unreadable(error);
    }
  };
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(windowBytes, size));
    let held: Buffer = buffer.subarray(0, 0);
    let start = 0;
    return {
      path,
      size,
      async bytes(position, length) {
        const wanted = Math.max(0, Math.min(length, size - position));
        if (wanted > buffer.byteLength) return await fill(Buffer.alloc(wanted), position);
        if (position < start || position + wanted > start + held.byteLength) {
          held = await fill(buffer, position);
          start = position;
        }
        return held.subarray(position - start, position - start + wanted);
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error instanceof PipelineError ? error : unreadable(error);
  }
}
