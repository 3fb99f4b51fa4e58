import fs from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { KeptPlace } from './image-cache.ts';

/** Reads kept bytes; undefined when they are no longer there, or damaged: whoever wants them fetches them again. */
export async function readKept(
  { file, range: { from, bytes, crc32: sum } }: KeptPlace,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  signal?.throwIfAborted();
  const handle = await fs.open(file, 'r').catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const kept = new Uint8Array(bytes);
    const { bytesRead } = await handle.read(kept, 0, bytes, from);
    return bytesRead === bytes && crc32(kept) === sum ? kept : undefined;
  } finally {
    await handle.close();
  }
}
