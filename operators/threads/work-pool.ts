import { availableCores } from './available-cores.ts';
import { callingThread } from './calling-thread.ts';
import { PipelineError } from '../errors.ts';
import { outOfRange } from '../out-of-range.ts';
import { openPool, type Pool } from './pool.ts';
import { causeOfEnd, type ThreadEnd, wordsOfEnd } from './thread-end.ts';
import { openWorkerThread } from './worker-thread.ts';

/**
 * Request handler of a worker, one request at a time. Large arrays are in shared memory, and results go there where
 * they are large.
 */
export type Work<Request, Reply> = (request: Request) => Reply | Promise<Reply>;

/** The protocol of a work pool: one call. */
export interface WorkCalls<Request, Reply> {
  readonly work: { readonly argument: Request; readonly result: Reply };
}

/** Data parallelism: workers that do the same work on different shares of it. */
export interface WorkPool<Request, Reply> {
  /** Workers, 1 or more. */
  readonly size: number;
  /**
   * Sends a request to each worker; a function of the worker's number makes it. Answers are in their order.
   *
   * @param workers The first so many, 1 to `size`. @default all
   */
  request(requestOf: (worker: number) => Request, workers?: number): Promise<Reply[]>;
  /** Terminates the threads: at once, or when they are through (`uncut`). */
  close(): Promise<void>;
}

/** Options of a work pool. */
export interface WorkPoolOptions<Request, Reply> {
  /** Module that serves `work` in a thread by `serveWork`, as for `startWorker`. */
  readonly module: URL;
  /** The same work, for a pool without threads. */
  readonly work: Work<Request, Reply>;
  /** Workers that have something to do at most, 1 or more. */
  readonly maxWorkers: number;
  /** Worker threads; 0 works on the calling thread. @default all cores */
  readonly threads?: number | undefined;
  /**
   * Close waits for the work under way, which is not to be cut off: ONNX Runtime ends the whole process when a thread is
   * terminated inside of a run. Not for work that waits for other workers. @default false
   */
  readonly uncut?: boolean | undefined;
  /** Rejects requests, at once. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts the threads of a work pool. One request is under way at a time.
 *
 * When a share fails so does the pool: later requests are refused for the same reason.
 *
 * @throws {RangeError} When `threads` is not an integer of at least 0.
 * @throws {PipelineError} `ERR_ENGINE` from `request`, when a thread failed, such as for lack of memory.
 * @throws The reason of `signal` from `request`, when it aborts.
 */
export function openWorkPool<Request, Reply>(
  options: WorkPoolOptions<Request, Reply>,
): WorkPool<Request, Reply> {
  const { signal, uncut = false } = options;
  const pool = workersOf(options);
  const abort = (): void => pool.refuse(signal?.reason);
  signal?.addEventListener('abort', abort);
  return {
    size: pool.size,
    async request(requestOf, workers) {
      signal?.throwIfAborted();
      try {
        return await pool.callEach('work', requestOf, workers);
      } catch (error) {
        pool.refuse(error);
        throw error;
      }
    },
    async close() {
      signal?.removeEventListener('abort', abort);
      if (uncut) await pool.idle();
      await pool.close();
    },
  };
}

function workersOf<Request, Reply>({
  module,
  work,
  maxWorkers,
  threads = availableCores(),
}: WorkPoolOptions<Request, Reply>): Pool<WorkCalls<Request, Reply>> {
  if (!Number.isInteger(threads) || threads < 0) {
    throw outOfRange('threads', 'an integer of at least 0', threads);
  }
  if (threads === 0) return openPool([callingThread<WorkCalls<Request, Reply>>({ work })]);
  const size = Math.min(threads, maxWorkers);
  return openPool(
    Array.from({ length: size }, () =>
      openWorkerThread<WorkCalls<Request, Reply>>({ module, errorOfEnd }),
    ),
  );
}

function errorOfEnd(end: ThreadEnd): PipelineError {
  const what = end.kind === 'failed' ? `failed: ${wordsOfEnd(end)}` : `ended with code ${end.code}`;
  return new PipelineError('ERR_ENGINE', `A thread of the computation ${what}`, causeOfEnd(end));
}
