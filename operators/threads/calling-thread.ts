import type { CallHandlers, CallTable, CallWorker } from './worker-calls.ts';

/**
 * A worker without a thread: calls run on the calling thread, and nothing travels.
 *
 * What a handler throws arrives as it is. A call that runs is not interrupted by `refuse`; the next one is.
 */
export function callingThread<C extends CallTable<C>>(handlers: CallHandlers<C>): CallWorker<C> {
  let pending = 0;
  let refused: { readonly reason: unknown } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    get pending() {
      return pending;
    },
    async call(name, argument, { onProgress = () => {} } = {}) {
      if (refused !== undefined) throw refused.reason;
      pending += 1;
      try {
        const running = Promise.resolve(handlers[name](argument, onProgress));
        last = Promise.allSettled([last, running]);
        const result = await running;
        // Without a turn of the event loop no timer and no abort would be heard between two calls.
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        return result;
      } finally {
        pending -= 1;
      }
    },
    refuse(reason) {
      refused ??= { reason };
    },
    idle: async () => void (await last),
    close: async () => {},
  };
}
