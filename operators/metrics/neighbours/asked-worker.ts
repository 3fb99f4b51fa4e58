import { messageOf, PipelineError } from '../../errors.ts';
import { startWorker } from '../../start-worker.ts';

/** A worker thread that answers every request by one message. */
export interface AskedWorker {
  /** One request at a time. Rejects when the thread failed or the signal aborted, before or meanwhile. */
  ask(request: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Starts a thread that runs `module`.
 *
 * What is asked rejects with `PipelineError` `ERR_ENGINE` when the thread failed, such as for lack of memory, and with
 * the reason of `signal` when it aborts.
 */
export function askedWorker(
  module: URL,
  workerData: unknown,
  signal: AbortSignal | undefined,
): AskedWorker {
  const worker = startWorker(module, { workerData });
  let failure: { readonly error: unknown } | undefined;
  let waiting: { resolve(answer: unknown): void; reject(error: unknown): void } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    waiting?.reject(failure.error);
  };
  const aborted = (): void => fail(signal?.reason);
  signal?.addEventListener('abort', aborted, { once: true });
  worker.on('message', (answer) => waiting?.resolve(answer));
  worker.on('error', (error) => {
    const message = `A thread of the search failed: ${messageOf(error)}`;
    fail(new PipelineError('ERR_ENGINE', message, { cause: error }));
  });
  worker.on('exit', (code) => {
    fail(new PipelineError('ERR_ENGINE', `A thread of the search ended with code ${code}`));
  });
  return {
    ask(request) {
      return new Promise((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure.error);
          return;
        }
        waiting = { resolve, reject };
        worker.postMessage(request);
      });
    },
    async close() {
      signal?.removeEventListener('abort', aborted);
      await worker.terminate();
    },
  };
}
