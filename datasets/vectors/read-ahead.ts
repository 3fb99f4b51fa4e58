import { blockBytes } from './block-bytes.ts';

/** Rows that lie one after the other. */
export interface RowsToRead {
  /** All of them. */
  readonly bytes: number;
  /** Numbers of a row. */
  readonly dim: number;
  /** Fills numbers from a byte on. */
  readonly read: (at: number, into: Float32Array) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/** Reads rows in blocks of 4 MiB, the next of which is on its way while one is used: two buffers. */
export async function* readAhead({
  bytes,
  dim,
  read,
  signal,
}: RowsToRead): AsyncGenerator<Float32Array, void, undefined> {
  const most = Math.max(1, Math.floor(blockBytes / (4 * dim))) * dim;
  const numbers = bytes / 4;
  const buffers = [0, most].map(
    (from) => new Float32Array(Math.min(most, Math.max(0, numbers - from))),
  );
  const begin = (from: number): Promise<Float32Array> | undefined => {
    if (from >= numbers) return undefined;
    const rows = buffers[(from / most) % 2]!.subarray(0, Math.min(most, numbers - from));
    const reading = read(4 * from, rows).then(() => rows);
    // Whoever comes for it is told; until then it waits.
    reading.catch(() => {});
    return reading;
  };
  let next = begin(0);
  try {
    for (let from = 0; next !== undefined; from += most) {
      signal?.throwIfAborted();
      const rows: Float32Array = await next;
      next = begin(from + most);
      yield rows;
    }
  } finally {
    // Its buffer is written to until it is over, and its file is open.
    await next?.catch(() => {});
  }
}
