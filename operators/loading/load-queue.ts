import { setMaxListeners } from 'node:events';
import type { LoadChunk, LoadedChunk } from './load-calls.ts';

/** A thread, seen from the queue. */
export interface LoadSeat {
  /** Chunks that it was given and has not answered. */
  readonly pending: number;
  load(chunk: LoadChunk): Promise<LoadedChunk>;
}

/** Line of chunks in front of the threads, first come, first served. */
export interface LoadQueue {
  /** Chunks that wait for a thread. */
  readonly waiting: number;
  /**
   * Has a chunk loaded.
   *
   * @param urgent Before all that wait: the rest of a batch that others wait behind.
   * @throws What the thread throws; the reason of `signal` when it aborts before a thread took the chunk.
   */
  run(chunk: LoadChunk, signal: AbortSignal, urgent?: boolean): Promise<LoadedChunk>;
  /** Gives threads what they have room for. */
  pump(): void;
}

/** Chunks that a thread is given at once: one that it works on, and one so that it need not wait for the next. */
const atOnce = 2;

/**
 * A queue in front of some threads. Native work cannot be withdrawn, and what waits here can: an abort leaves only
 * what the threads have.
 *
 * @param seats The threads that may be given something now; asked each time.
 */
export function loadQueue(seats: () => readonly LoadSeat[]): LoadQueue {
  const line: (() => void)[] = [];
  const enter = (start: () => void, urgent: boolean): void => {
    if (urgent) line.unshift(start);
    else line.push(start);
  };
  const free = (): LoadSeat | undefined => {
    const [first, ...others] = seats();
    if (first === undefined) return undefined;
    const least = others.reduce(
      (least, other) => (other.pending < least.pending ? other : least),
      first,
    );
    return least.pending < atOnce ? least : undefined;
  };
  let seat: LoadSeat | undefined;
  const pump = (): void => {
    while (line.length > 0 && (seat = free()) !== undefined) line.shift()!();
  };
  return {
    get waiting() {
      return line.length;
    },
    pump,
    run(chunk, signal, urgent = false) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        const leave = (): void => {
          line.splice(line.indexOf(start), 1);
          reject(signal.reason);
        };
        const start = (): void => {
          signal.removeEventListener('abort', leave);
          seat!.load(chunk).then(resolve, reject).finally(pump);
        };
        // One run's signal serves all that wait; Node would warn of a leak above ten.
        setMaxListeners(0, signal);
        signal.addEventListener('abort', leave, { once: true });
        enter(start, urgent);
        pump();
      });
    },
  };
}
