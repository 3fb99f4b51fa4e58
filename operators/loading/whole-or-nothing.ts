import { setMaxListeners } from 'node:events';

/** A task of several parts. */
export interface WholeTask {
  /** Aborts when one part has failed, and when the caller does. */
  readonly signal: AbortSignal;
  /** Notes a part that must have ended before the task may fail. It never rejects. */
  until(ended: Promise<void>): void;
}

/**
 * Does work of several parts: when one fails, those that have not begun are dropped and those that have are waited for, so
 * that nothing of the task is under way when it rejects.
 */
export async function wholeOrNothing<T>(
  signal: AbortSignal,
  work: (task: WholeTask) => Promise<T>,
): Promise<T> {
  const failed = new AbortController();
  const begun: Promise<void>[] = [];
  const abort = (): void => failed.abort(signal.reason);
  // As many tasks as batches are in flight; Node would warn of a leak above ten.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    return await work({ signal: failed.signal, until: (ended) => void begun.push(ended) });
  } catch (error) {
    failed.abort(error);
    await Promise.all(begun);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
