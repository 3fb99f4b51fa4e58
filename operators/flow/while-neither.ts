import { setMaxListeners } from 'node:events';

/**
 * Runs `work` with a signal that aborts as soon as one of two does.
 *
 * Listens only while `work` runs. `AbortSignal.any` would leave a trace of each call in the signal
 * that lives as long as the run, and there is a call for each image.
 */
export async function whileNeither<T>(
  run: AbortSignal | undefined,
  call: AbortSignal,
  work: (ended: AbortSignal) => Promise<T>,
): Promise<T> {
  if (run === undefined) return await work(call);
  const either = new AbortController();
  const end = (event: Event): void => either.abort((event.target as AbortSignal).reason);
  const signals = [run, call];
  for (const signal of signals) {
    if (signal.aborted) either.abort(signal.reason);
    // All work of a run listens to one signal; Node would warn of a leak above ten.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', end, { once: true });
  }
  try {
    return await work(either.signal);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', end);
  }
}
