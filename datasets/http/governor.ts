import { setMaxListeners } from 'node:events';

/** How a request ended, as far as the number of requests at once is concerned. */
export type Ending = 'answered' | 'overload' | 'other';

/** A request that may be under way. */
export interface Slot {
  /** Makes room for the next one. Called once. */
  release(ending: Ending): void;
}

/** Bounds of a governor. */
export interface Concurrency {
  /** Requests at once, to begin with. */
  readonly start: number;
  readonly max: number;
  /** Bytes of bodies that are under way at once; a larger body is alone. */
  readonly maxBytes: number;
}

/** 32 to 128 requests at once, and 256 MiB of bodies. */
export const usualConcurrency: Concurrency = { start: 32, max: 128, maxBytes: 2 ** 28 };

/** Options of waiting for a slot. */
export interface SlotOptions {
  /** Size of the body at most. */
  readonly bytes: number;
  /** A further try: goes before those that have not begun. */
  readonly isRetry: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Requests of one store that are under way at once. */
export interface Governor {
  /** Number of requests that may be under way now. */
  readonly limit: number;
  /** Waits for a slot, first come, first served. @throws The reason of `signal` when it aborts first. */
  acquire(options: SlotOptions): Promise<Slot>;
}

interface Waiting {
  readonly bytes: number;
  enter(): void;
}

/**
 * Additive increase, multiplicative decrease (AIMD): one request more at once after as many answers as there may be at
 * once, while others wait; half as many when the store says that there are too many. Those that were under way when it was
 * halved halve it no further: what they say is old.
 */
export function governor(bounds: Concurrency = usualConcurrency): Governor {
  const { start, max, maxBytes } = bounds;
  const lines = { retries: new Set<Waiting>(), others: new Set<Waiting>() };
  let limit = start;
  let held = 0;
  let heldBytes = 0;
  let halvings = 0;

  const hasRoom = (bytes: number): boolean =>
    held < Math.floor(limit) && (heldBytes === 0 || heldBytes + bytes <= maxBytes);
  const next = (): Waiting | undefined => {
    for (const line of [lines.retries, lines.others]) for (const waiting of line) return waiting;
    return undefined;
  };
  const admit = (): void => {
    for (let waiting = next(); waiting !== undefined && hasRoom(waiting.bytes); waiting = next()) {
      waiting.enter();
    }
  };
  const adapt = (ending: Ending, begunAt: number): void => {
    if (ending === 'answered' && next() !== undefined) limit = Math.min(max, limit + 1 / limit);
    if (ending !== 'overload' || begunAt !== halvings) return;
    limit = Math.max(1, limit / 2);
    halvings += 1;
  };
  const grant = (bytes: number): Slot => {
    const begunAt = halvings;
    held += 1;
    heldBytes += bytes;
    return {
      release(ending) {
        held -= 1;
        heldBytes -= bytes;
        adapt(ending, begunAt);
        admit();
      },
    };
  };

  return {
    get limit() {
      return Math.floor(limit);
    },
    async acquire({ bytes, isRetry, signal }) {
      signal?.throwIfAborted();
      if (next() === undefined && hasRoom(bytes)) return grant(bytes);
      return await new Promise<Slot>((resolve, reject) => {
        const line = isRetry ? lines.retries : lines.others;
        const leave = (): void => {
          line.delete(waiting);
          reject(signal!.reason);
          // It may have been the one that was too large for the room there is.
          admit();
        };
        const waiting: Waiting = {
          bytes,
          enter() {
            line.delete(waiting);
            signal?.removeEventListener('abort', leave);
            resolve(grant(bytes));
          },
        };
        line.add(waiting);
        if (signal !== undefined) setMaxListeners(0, signal);
        signal?.addEventListener('abort', leave, { once: true });
      });
    },
  };
}
