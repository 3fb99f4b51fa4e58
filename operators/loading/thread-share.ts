/** Number of threads that may load images now. */
export interface ThreadShare {
  /** 1 to all. */
  readonly threads: number;
  /** Takes in whether a batch was ready when the device had finished one. */
  finished(isNextReady: boolean): void;
}

/** Batches in a row that were ready in time, after which a thread is left to the engine. */
const enough = 8;

/**
 * Steering of a loader by the waiting of the device: all threads load while it waits, and one by one they are left to
 * the engine while batches are ready in time. A thread comes back as soon as the device has waited.
 *
 * Only the time of things depends on it, never a pixel.
 *
 * @param all Threads, 1 or more.
 */
export function threadShare(all: number): ThreadShare {
  let threads = all;
  let inTime = 0;
  return {
    get threads() {
      return threads;
    },
    finished(isNextReady) {
      if (!isNextReady) {
        inTime = 0;
        threads = Math.min(all, threads + 1);
        return;
      }
      inTime += 1;
      if (inTime < enough) return;
      inTime = 0;
      threads = Math.max(1, threads - 1);
    },
  };
}
