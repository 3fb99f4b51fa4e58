import { readRange } from '../store/read-range.ts';
import type { KeptPlace } from './image-cache.ts';

/** Reads kept bytes; undefined when they are no longer there, or damaged: whoever wants them fetches them again. */
export async function readKept(
  place: KeptPlace,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  signal?.throwIfAborted();
  return await readRange(place).catch(() => undefined);
}
