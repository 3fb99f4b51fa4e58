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
   * Loads a chunk.
   *
   * @param urgent Before all others that wait: the rest of a batch that those behind it wait for.
   * @throws What the thread throws; the reason of `signal` when it aborts before a thread took the chunk.
   */
  run(chunk: LoadChunk, signal: AbortSignal, urgent?: boolean): Promise<LoadedChunk>;
  /** Gives threads what they have room for. */
  pump(): void;
}

/** Chunks that a thread is given at once: one that it works on, and one so that it need not wait for the next. */
const atOnce = 2;

/** Begin of a chunk that waited, on the thread that took it. */
type Start = (seat: LoadSeat) => void;

/**
 * A queue in front of some threads. Native work cannot be withdrawn, and what waits here can: an abort leaves only
 * what the threads have.
 *
 * @param seats The threads that may be given something now; asked each time.
 */
export function loadQueue(seats: () => readonly LoadSeat[]): LoadQueue {
  const [urgentLine, line]: [Start[], Start[]] = [[], []];
  const free = (): LoadSeat | undefined => {
    const [first, ...others] = seats();
    if (first === undefined) return undefined;
    const least = others.reduce(
      (least, other) => (other.pending < least.pending ? other : least),
      first,
    );
    return least.pending < atOnce ? least : undefined;
  };
  const pump = (): void => {
    while (urgentLine.length + line.length > 0) {
      const seat = free();
      if (seat === undefined) return;
      (urgentLine.shift() ?? line.shift()!)(seat);
    }
  };
  return {
    get waiting() {
      return urgentLine.length + line.length;
    },
    pump,
    run(chunk, signal, urgent = false) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        const own = urgent ? urgentLine : line;
        const leave = (): void => {
          own.splice(own.indexOf(start), 1);
          reject(signal.reason);
        };
        const start: Start = (seat) => {
          signal.removeEventListener('abort', leave);
          seat.load(chunk).then(resolve, reject).finally(pump);
        };
        // One run's signal serves all that wait; Node would warn of a leak above ten.
        setMaxListeners(0, signal);
        signal.addEventListener('abort', leave, { once: true });
        own.push(start);
        pump();
      });
    },
  };
}
