import { constants } from 'node:fs';
import fs from 'node:fs/promises';

/** Bytes of a file that are read at once, between which a signal is looked at: 16 MiB. */
const atOnce = 2 ** 24;

/** Flags of opening: a pipe without a writer would be waited for, and nothing could abort that. */
export const readOnly: number = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Reads a file whose size is looked at first, so that one above a limit takes no memory.
 *
 * @param options.check Called with the size of the open file, in bytes; throws when that is too much.
 * @returns The bytes, which nobody else holds; fewer than `check` was told when the file was cut meanwhile.
 * @throws {Error} When it cannot be read, or is no file; what `check` throws; the reason of `signal`.
 */
export async function readFile(
  file: string,
  options: { readonly signal?: AbortSignal | undefined; readonly check: (bytes: number) => void },
): Promise<Uint8Array> {
  const { signal, check } = options;
  signal?.throwIfAborted();
  const handle = await fs.open(file, readOnly);
  try {
    const stat = await handle.stat();
    if (!stat.isFile())
      throw new Error(stat.isDirectory() ? 'it is a folder now' : 'it is no file');
    check(stat.size);
    const bytes = new Uint8Array(stat.size);
    let at = 0;
    while (at < bytes.length) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(bytes, at, Math.min(atOnce, bytes.length - at));
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return at === bytes.length ? bytes : bytes.slice(0, at);
  } finally {
    await handle.close();
  }
}
