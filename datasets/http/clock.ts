/** Time and chance, so that tests can decide both. */
export interface Clock {
  /** Milliseconds since some moment, never going back. */
  now(): number;
  /** Calls back later. @returns Cancels it. */
  after(ms: number, callback: () => void): () => void;
  /** Uniform number, 0 or more and below 1. */
  random(): number;
}

/** The clock of the process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  // Jitter of requests, which no result depends on: the one place without a seed.
  random: () => Math.random(),
};

/** Waits. @throws The reason of `signal` when it aborts first. */
export async function wait(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      cancel();
      reject(signal!.reason as Error);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}
