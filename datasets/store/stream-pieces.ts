import { linkedAbort } from '../http/linked-abort.ts';
import { isRangeless } from './check-head.ts';
import type { ObjectStore, StoredObject, StoreReadOptions } from './object-store.ts';

/** Pieces in which an object is passed over: 4 MiB. */
const pieceBytes = 2 ** 22;

/** Largest object that is read whole where a server knows no ranges: 256 MiB. */
const maxWholeBytes = 2 ** 28;

/**
 * Passes over an object by ranges, the next of which is on its way meanwhile: each is tried again by itself, and nothing is
 * under way while whoever asked is busy. Holds two pieces of 4 MiB.
 *
 * Where the server knows no ranges, an object of up to 256 MiB is held whole.
 */
export async function* streamPieces(
  read: ObjectStore['read'],
  object: StoredObject,
  { range, signal }: StoreReadOptions,
): AsyncIterable<Uint8Array> {
  const { from, bytes } = range ?? { from: 0, bytes: object.bytes };
  const end = from + bytes;
  const link = linkedAbort(signal);
  const piece = (at: number): Promise<Uint8Array> | undefined => {
    if (at >= end) return undefined;
    const part = { from: at, bytes: Math.min(pieceBytes, end - at) };
    const isAll = part.bytes === object.bytes;
    const reading = read(object, { range: isAll ? undefined : part, signal: link.signal });
    // Whoever comes for it is told; until then it waits.
    reading.catch(() => {});
    return reading;
  };
  try {
    let next = piece(from);
    for (let at = from; next !== undefined; at += pieceBytes) {
      const came: Uint8Array = await next.catch(async (error: unknown) => {
        if (at > from || !isRangeless(error) || object.bytes > maxWholeBytes) throw error;
        const whole = await read(object, { signal: link.signal });
        return whole.subarray(from, end);
      });
      next = came.length > pieceBytes ? undefined : piece(at + pieceBytes);
      yield came;
    }
  } finally {
    link.unlink();
    link.abort(new Error('the stream was left'));
  }
}
