import type { CallTable, CallWorker } from './worker-calls.ts';

/** Worker pool: workers of one protocol share calls. A single `call` goes to the least busy, the first of several. */
export interface Pool<C extends CallTable<C>> extends CallWorker<C> {
  /** Workers, 1 or more. */
  readonly size: number;
  /**
   * Calls several workers at once; a function of the worker's number makes its argument. Results are in their order.
   *
   * @param workers The first so many, 1 to `size`. @default all
   */
  callEach<Name extends keyof C>(
    name: Name,
    argumentOf: (worker: number) => C[Name]['argument'],
    workers?: number,
  ): Promise<C[Name]['result'][]>;
}

/**
 * A pool of these workers, which belong to it from then on.
 *
 * Calls are not limited here: whoever makes them bounds how many wait.
 *
 * @param workers One or more.
 */
export function openPool<C extends CallTable<C>>(workers: readonly CallWorker<C>[]): Pool<C> {
  const leastBusy = (): CallWorker<C> =>
    workers.reduce((least, other) => (other.pending < least.pending ? other : least));
  return {
    size: workers.length,
    get pending() {
      return workers.reduce((sum, { pending }) => sum + pending, 0);
    },
    call: (name, argument, options) => leastBusy().call(name, argument, options),
    async callEach(name, argumentOf, count = workers.length) {
      const called = workers.slice(0, count);
      return await Promise.all(called.map((worker, at) => worker.call(name, argumentOf(at))));
    },
    refuse(reason) {
      for (const worker of workers) worker.refuse(reason);
    },
    async idle() {
      await Promise.all(workers.map((worker) => worker.idle()));
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}
