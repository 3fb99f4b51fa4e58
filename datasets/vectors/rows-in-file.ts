import type { FileHandle } from 'node:fs/promises';
import type { VectorBlock } from '../../operators/evaluation/vectors/vector-set.ts';
import { fileVersion, openPinned } from '../store/local-store.ts';
import type { StoredObject } from '../store/object-store.ts';
import type { NpyHeader } from './npy-header.ts';
import { readAhead } from './read-ahead.ts';
import { formatError } from './rows-together.ts';
import { bytesOf, type VectorSpool } from './vector-spool.ts';

/** Vectors that lie in a local file as they lie in memory. */
export interface RowsInFile {
  /** Location, for messages. */
  readonly url: string;
  readonly object: StoredObject;
  /** Place of the first number. */
  readonly dataAt: number;
  readonly rows: number;
  readonly dim: number;
}

/** Rows of an array that can be read where they are: little-endian float32, row after row, on a disk. */
export function rowsInFile(
  url: string,
  object: StoredObject,
  file: string | null,
  { type, shape, isFortran, dataAt }: NpyHeader,
): RowsInFile | null {
  const [rows, dim] = shape;
  const isPlain =
    type.kind === 'number' && type.number === 'float32' && !type.isBigEndian && !isFortran;
  if (file === null || !isPlain || shape.length !== 2 || dim === 0) return null;
  return { url, object, dataAt, rows: rows!, dim: dim! };
}

/**
 * Opens rows that are read where they are.
 *
 * Reading throws `PipelineError` `ERR_FORMAT` when the file has changed since.
 */
export async function openRowsInFile(
  of: RowsInFile,
): Promise<Pick<VectorSpool, 'blocks' | 'close'>> {
  const { url, object, dataAt, rows, dim } = of;
  const wrong = (error: unknown): Error => formatError(url, error, `\`${url}\``);
  let handle: FileHandle | undefined = await openPinned(object).catch((error: unknown) => {
    throw wrong(error);
  });
  const read = async (at: number, into: Float32Array): Promise<void> => {
    try {
      if (handle === undefined) throw new Error('it was closed');
      await readAll(handle, bytesOf(into), dataAt + at);
      const version = fileVersion(await handle.stat({ bigint: true }));
      if (version !== object.version) throw new Error('it has changed since it was opened');
    } catch (error) {
      throw wrong(error);
    }
  };
  return {
    async *blocks(signal): AsyncGenerator<VectorBlock, void, undefined> {
      let first = 0;
      for await (const some of readAhead({ bytes: 4 * rows * dim, dim, read, signal })) {
        yield { first, rows: some };
        first += some.length / dim;
      }
    },
    async close() {
      const open = handle;
      handle = undefined;
      await open?.close();
    },
  };
}

async function readAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, position + at);
    if (bytesRead === 0) throw new Error('it ends before its last vector');
    at += bytesRead;
  }
}
