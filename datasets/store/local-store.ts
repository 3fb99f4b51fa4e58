import type { BigIntStats, Dirent } from 'node:fs';
import fs, { type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { isMissing } from '../../operators/files/system-error.ts';
import { fileReason } from './file-reason.ts';
import type {
  ByteRange,
  LatestObject,
  ObjectStore,
  ReadLatestOptions,
  StoredObject,
  StoreReadOptions,
} from './object-store.ts';
import { readOnly } from './read-file.ts';

/** Bytes of a file that are read at once, between which a signal is looked at: 1 MiB. */
const atOnce = 2 ** 20;

/**
 * Files of this machine: keys are absolute paths.
 *
 * The version of a file is its size and the time of its last change, in nanoseconds.
 */
export const localStore: ObjectStore = {
  name: 'file:',
  isRemote: false,
  url: (key) => key,
  file: (key) => key,
  list: listFiles,
  find: findFile,
  read: readObject,
  readLatest: readFound,
  stream: streamObject,
};

/** Version of a file that was looked at: another one after any change. */
export function fileVersion({ size, mtimeNs }: BigIntStats): string {
  return `${size}-${mtimeNs}`;
}

async function findFile(key: string, signal?: AbortSignal): Promise<StoredObject | undefined> {
  signal?.throwIfAborted();
  try {
    const stat = await fs.stat(key, { bigint: true });
    return stat.isFile() ? storedFile(key, stat) : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw notOpened(key, error);
  }
}

function storedFile(key: string, stat: BigIntStats): StoredObject {
  return { key, bytes: Number(stat.size), version: fileVersion(stat) };
}

function notOpened(key: string, error: unknown): PipelineError {
  return new PipelineError('ERR_DATASET', `Could not open \`${key}\`: ${fileReason(error)}`, {
    path: key,
    cause: error,
  });
}

/** Files whose paths begin with a prefix, those of a folder before its folders' … by path; links in a circle once. */
async function* listFiles(prefix: string, signal?: AbortSignal): AsyncIterable<StoredObject> {
  const folder = prefix.endsWith('/') ? path.resolve(prefix) : path.dirname(prefix);
  yield* filesBelow(folder, prefix, [], signal);
}

async function* filesBelow(
  folder: string,
  prefix: string,
  ancestors: readonly string[],
  signal: AbortSignal | undefined,
): AsyncIterable<StoredObject> {
  signal?.throwIfAborted();
  let entries: Dirent[];
  let real: string;
  try {
    entries = await fs.readdir(folder, { withFileTypes: true });
    real = await fs.realpath(folder);
  } catch (error) {
    if (isMissing(error)) return;
    throw notOpened(folder, error);
  }
  if (ancestors.includes(real)) return;
  // A folder stands where its files do: `a-1.tar` before `a/0.tar`, as `-` is before `/`.
  const keys = entries.map(({ name }) => path.join(folder, name));
  const stats = new Map<string, BigIntStats>();
  for (const key of keys) {
    const stat = await fs.stat(key, { bigint: true }).catch(() => undefined);
    if (stat !== undefined) stats.set(stat.isDirectory() ? `${key}/` : key, stat);
  }
  for (const key of [...stats.keys()].sort()) {
    const stat = stats.get(key)!;
    if (stat.isDirectory()) {
      if (!key.startsWith(prefix) && !prefix.startsWith(key)) continue;
      yield* filesBelow(key.slice(0, -1), prefix, [...ancestors, real], signal);
    } else if (stat.isFile() && key.startsWith(prefix)) yield storedFile(key, stat);
  }
}

async function readObject(
  object: StoredObject,
  { range, signal }: StoreReadOptions = {},
): Promise<Uint8Array> {
  return await withPinned(object, signal, async (handle) => {
    const { from, bytes } = range ?? { from: 0, bytes: object.bytes };
    const read = new Uint8Array(bytes);
    let length = 0;
    while (length < bytes) {
      signal?.throwIfAborted();
      const most = Math.min(atOnce * 16, bytes - length);
      const { bytesRead } = await handle.read(read, length, most, from + length);
      if (bytesRead === 0) throw endsBefore({ from, bytes });
      length += bytesRead;
    }
    return read;
  });
}

async function readFound(
  key: string,
  { check, signal }: ReadLatestOptions = {},
): Promise<LatestObject | undefined> {
  const object = await findFile(key, signal);
  if (object === undefined) return undefined;
  check?.(object);
  return { object, bytes: await readObject(object, { signal }) };
}

async function* streamObject(
  object: StoredObject,
  { range, signal }: StoreReadOptions = {},
): AsyncIterable<Uint8Array> {
  const { from, bytes } = range ?? { from: 0, bytes: object.bytes };
  const handle = await openPinned(object);
  try {
    let length = 0;
    while (length < bytes) {
      signal?.throwIfAborted();
      const piece = new Uint8Array(Math.min(atOnce, bytes - length));
      const { bytesRead } = await handle.read(piece, 0, piece.length, from + length);
      if (bytesRead === 0) throw endsBefore({ from, bytes });
      length += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

function endsBefore({ from, bytes }: ByteRange): Error {
  return new Error(`it ends before byte ${from + bytes}`);
}

async function withPinned<T>(
  object: StoredObject,
  signal: AbortSignal | undefined,
  use: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const handle = await openPinned(object);
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

/** Opens a file in the version that it had. @throws {Error} When it has changed: the message is the reason. */
export async function openPinned({ key, version }: StoredObject): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    handle = await fs.open(key, readOnly);
  } catch (error) {
    throw new Error(fileReason(error), { cause: error });
  }
  try {
    const stat = await handle.stat({ bigint: true });
    if (!stat.isFile()) throw new Error('it is no file');
    if (fileVersion(stat) !== version) throw new Error('it has changed since it was listed');
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
