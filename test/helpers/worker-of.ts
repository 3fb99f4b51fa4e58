import type { Worker } from 'node:worker_threads';

/** What `start` gives, and the thread that it started; nothing else may start one meanwhile. */
export async function workerOf<T>(start: () => Promise<T>): Promise<[started: T, worker: Worker]> {
  const workers: Worker[] = [];
  const note = (worker: Worker): void => void workers.push(worker);
  process.on('worker', note);
  try {
    const started = await start();
    const [worker] = workers;
    if (worker === undefined || workers.length > 1) {
      throw new Error(`Expected one thread to have been started, got ${workers.length}`);
    }
    return [started, worker];
  } finally {
    process.off('worker', note);
  }
}
