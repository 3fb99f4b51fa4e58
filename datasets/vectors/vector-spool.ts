import fs, { type FileHandle } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import type { VectorBlock } from '../../operators/evaluation/vectors/vector-set.ts';
import { blockBytes } from './block-bytes.ts';
import { readAhead } from './read-ahead.ts';

/** Rows that are written once and read as often as needed: in memory up to a bound, beyond it in a nameless file. */
export interface VectorSpool {
  /** Adds rows, `[rows, dim]`. Borrowed. */
  add(rows: Float32Array): Promise<void>;
  /** Ends the writing. */
  finish(): Promise<void>;
  /** All rows in order, blocks of some MiB. */
  blocks(signal?: AbortSignal): AsyncGenerator<VectorBlock, void, undefined>;
  /** Gives back the file. Idempotent. */
  close(): Promise<void>;
}

/**
 * Begins a spool.
 *
 * The file has no name once it is open: a process that is killed leaves nothing. It lies in the folder for temporary files,
 * `TMPDIR`.
 *
 * @param dim Numbers of a row, 1 or more.
 * @param memoryBytes Bytes that are held in memory; a block more at most.
 */
export function vectorSpool(dim: number, memoryBytes: number): VectorSpool {
  const blockRows = Math.max(1, Math.floor(blockBytes / (4 * dim)));
  const held: Float32Array[] = [];
  let heldBytes = 0;
  let file: FileHandle | undefined;
  let written = 0;
  let block = new Float32Array(0);
  let filled = 0;
  const flush = async (): Promise<void> => {
    if (filled === 0) return;
    if (file === undefined && heldBytes + 4 * filled <= memoryBytes) {
      held.push(block.subarray(0, filled));
      heldBytes += 4 * filled;
      block = new Float32Array(0);
    } else {
      file ??= await namelessFile();
      await writeAll(file, bytesOf(block.subarray(0, filled)), written);
      written += 4 * filled;
    }
    filled = 0;
  };
  return {
    async add(rows) {
      for (let at = 0; at < rows.length;) {
        block = withRoom(block, filled, filled + rows.length - at, blockRows * dim);
        const taken = Math.min(block.length - filled, rows.length - at);
        block.set(rows.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
        if (filled === blockRows * dim) await flush();
      }
    },
    async finish() {
      await flush();
      block = new Float32Array(0);
    },
    async *blocks(signal) {
      let first = 0;
      for (const rows of held) {
        signal?.throwIfAborted();
        yield { first, rows };
        first += rows.length / dim;
      }
      if (file === undefined) return;
      const from = file;
      const read = async (at: number, into: Float32Array): Promise<void> =>
        await readAll(from, bytesOf(into), at);
      for await (const rows of readAhead({ bytes: written, dim, read, signal })) {
        yield { first, rows };
        first += rows.length / dim;
      }
    },
    async close() {
      const open = file;
      file = undefined;
      await open?.close();
    },
  };
}

/** A block that grows up to its size: few rows take little. */
function withRoom(
  block: Float32Array<ArrayBuffer>,
  filled: number,
  wanted: number,
  most: number,
): Float32Array<ArrayBuffer> {
  if (block.length >= Math.min(wanted, most)) return block;
  const larger = new Float32Array(Math.min(most, Math.max(wanted, 2 * block.length)));
  larger.set(block.subarray(0, filled));
  return larger;
}

/** Bytes of float32 as they lie in memory. */
export function bytesOf(rows: Float32Array): Uint8Array {
  return new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
}

async function namelessFile(): Promise<FileHandle> {
  const name = path.join(os.tmpdir(), `sincere-vectors-${randomUUID()}`);
  try {
    const handle = await fs.open(name, 'wx+', 0o600);
    await fs.unlink(name);
    return handle;
  } catch (error) {
    throw spoolError(error);
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
      at += bytesWritten;
    }
  } catch (error) {
    throw spoolError(error);
  }
}

async function readAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, position + at);
    if (bytesRead === 0) throw spoolError(new Error('the temporary file ends too early'));
    at += bytesRead;
  }
}

function spoolError(error: unknown): PipelineError {
  const folder = os.tmpdir();
  return new PipelineError(
    'ERR_WRITE',
    `Cannot keep vectors in the folder for temporary files, \`${folder}\`: ${messageOf(error)}. Free some space there, or ` +
      'name a folder on another disk in the environment variable `TMPDIR`',
    { path: folder, cause: error },
  );
}
