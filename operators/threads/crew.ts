import type { Worker } from 'node:worker_threads';
import { availableCores } from './available-cores.ts';
import { messageOf, PipelineError } from '../errors.ts';
import { outOfRange } from '../out-of-range.ts';
import { startWorker } from './start-worker.ts';

/**
 * What a member of a crew does with a request, one at a time. Large arrays are in shared memory, and results go there
 * where they are large.
 */
export type Work<Request, Reply> = (request: Request) => Reply | Promise<Reply>;

/** Threads that do the same work on different shares of it. */
export interface Crew<Request, Reply> {
  /** Members, 1 or more. */
  readonly size: number;
  /**
   * Asks members; a function of the member's number makes its request. Answers are in their order.
   *
   * @param members The first so many, 1 to `size`. @default all
   */
  ask(request: (member: number) => Request, members?: number): Promise<Reply[]>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** How a crew is made up. */
export interface CrewOptions<Request, Reply> {
  /** Module that serves `work` in a thread, as for `startWorker`. */
  readonly module: URL;
  /** The same work, for a crew without threads. */
  readonly work: Work<Request, Reply>;
  /** Members that have something to do at most, 1 or more. */
  readonly most: number;
  /** Worker threads; 0 works on the calling thread. @default all cores */
  readonly threads?: number | undefined;
  /** Rejects what is asked, at once. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts the threads of a crew. One request is under way at a time.
 *
 * @throws {RangeError} When `threads` is not an integer of at least 0.
 * @throws {PipelineError} `ERR_ENGINE` from `ask`, when a thread failed, such as for lack of memory.
 * @throws The reason of `signal` from `ask`, when it aborts.
 */
export function openCrew<Request, Reply>(
  options: CrewOptions<Request, Reply>,
): Crew<Request, Reply> {
  const { module, work, most, threads = availableCores(), signal } = options;
  if (!Number.isInteger(threads) || threads < 0) {
    throw outOfRange('threads', 'an integer of at least 0', threads);
  }
  if (threads === 0) {
    return {
      size: 1,
      async ask(request) {
        signal?.throwIfAborted();
        const reply = await work(request(0));
        // Without a turn of the event loop no timer and no abort would be heard between two requests.
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        return [reply];
      },
      close: async () => {},
    };
  }
  const members = Array.from({ length: Math.min(threads, most) }, () =>
    openMember<Request, Reply>(module, signal),
  );
  return {
    size: members.length,
    async ask(request, count = members.length) {
      signal?.throwIfAborted();
      const asked = members.slice(0, count);
      return await Promise.all(asked.map((member, at) => member.ask(request(at))));
    },
    async close() {
      await Promise.all(members.map((member) => member.close()));
    },
  };
}

interface Member<Request, Reply> {
  ask(request: Request): Promise<Reply>;
  close(): Promise<unknown>;
}

/** One thread. A failure in there, its end, or an abort rejects what is asked, and whatever is asked after that. */
function openMember<Request, Reply>(
  module: URL,
  signal: AbortSignal | undefined,
): Member<Request, Reply> {
  const worker: Worker = startWorker(module);
  const closed = new AbortController();
  const failed = new Promise<never>((_, reject) => {
    worker.on('error', (error) => {
      const message = `A thread of the computation failed: ${messageOf(error)}`;
      reject(new PipelineError('ERR_ENGINE', message, { cause: error }));
    });
    worker.on('exit', (code) => {
      const message = `A thread of the computation ended with code ${code}`;
      reject(new PipelineError('ERR_ENGINE', message));
    });
    signal?.addEventListener('abort', () => reject(signal.reason), { signal: closed.signal });
  });
  // Told to whoever asks; without a question there is nobody to tell.
  failed.catch(() => {});
  return {
    ask(request) {
      const answer = new Promise<Reply>((resolve) => {
        worker.once('message', resolve);
      });
      worker.postMessage(request);
      return Promise.race([answer, failed]);
    },
    close() {
      closed.abort();
      return worker.terminate();
    },
  };
}
