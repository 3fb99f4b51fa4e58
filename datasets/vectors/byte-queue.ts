/** Bytes that are taken in order, as many as wanted, from pieces as they come. */
export interface ByteQueue {
  /** The next bytes, in memory that may be borrowed until the next call. @throws {Error} When there are not so many. */
  take(bytes: number): Promise<Uint8Array>;
  /** Ends the reading. Idempotent. */
  close(): Promise<void>;
}

/** Takes bytes from pieces. Holds a piece and what was asked for. */
export function byteQueue(pieces: AsyncIterable<Uint8Array>): ByteQueue {
  const all = pieces[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array(0);
  const more = async (): Promise<void> => {
    const next = await all.next();
    if (next.done === true) throw new Error('it ends before its last element');
    held = next.value;
  };
  return {
    async take(bytes) {
      if (held.length === 0 && bytes > 0) await more();
      if (held.length >= bytes) return taken(bytes);
      const parts: Uint8Array[] = [];
      for (let missing = bytes; missing > 0;) {
        if (held.length === 0) await more();
        const part = taken(Math.min(missing, held.length));
        parts.push(part);
        missing -= part.length;
      }
      return Buffer.concat(parts, bytes);
    },
    async close() {
      await all.return?.();
    },
  };
  function taken(bytes: number): Uint8Array {
    const part = held.subarray(0, bytes);
    held = held.subarray(bytes);
    return part;
  }
}
