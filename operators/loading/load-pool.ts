import { type BatchMemory, batchMemory } from './batch-memory.ts';
import { chunkSizes } from './chunk-sizes.ts';
import type { LoadChunk, LoadedChunk, LoadingFacts, LoadJob, LoadTimes } from './load-calls.ts';
import { loadQueue } from './load-queue.ts';
import { type LoadingThreads, loadingThreads } from './loading-threads.ts';
import { addTimes, mergedChunks } from './merged-chunks.ts';
import { threadShare } from './thread-share.ts';

/** Threads that load images, the queue in front of them, and the memory that they share. */
export interface LoadPool {
  /** Threads at most. */
  readonly threads: number;
  /** Threads that may work now: fewer while batches are ready before they are needed. */
  readonly activeThreads: number;
  /** Chunks that wait for a thread. */
  readonly waiting: number;
  /** Chunks that threads have. */
  readonly running: number;
  readonly notes: readonly string[];
  /** Times of all images so far. */
  readonly times: LoadTimes;
  readonly memory: Pick<BatchMemory, 'take' | 'giveBack' | 'spare'>;
  /** Makes ready for images that are all loaded alike. */
  open(job: Omit<LoadJob, 'key'>): LoadStream;
  /** Makes new memory for decoded pixels known to the threads. @returns Its number. */
  shareBlock(bytes: number): number;
  /** Takes back a batch that the device has finished with, and steers by whether the next one is ready. */
  finished(pixels: Float32Array): void;
  /** Ends the threads; chunks that wait are refused. Idempotent. */
  close(): Promise<void>;
}

/** Images that are all loaded alike. */
export interface LoadStream {
  /** Loads images, in chunks that the threads share. */
  run(request: LoadRequest, signal: AbortSignal): LoadRun;
  /** Notes that a batch is ready for the device, until the pool takes it back by `finished`. */
  delivered(pixels: Float32Array): void;
}

/** Images of one batch: the lists of a `LoadChunk`, of any length. */
export interface LoadRequest extends Omit<LoadChunk, 'job'> {
  /** Before all that wait. @default false */
  readonly urgent?: boolean | undefined;
}

/** A request on its way. */
export interface LoadRun {
  /**
   * Its outcome; places are those in the request.
   *
   * @throws {PipelineError} `ERR_ENGINE` when a thread died or failed, `ERR_CONTRACT` after `close`.
   * @throws The reason of the signal when it aborts.
   */
  readonly loaded: Promise<LoadedChunk>;
  /** Settles when no thread works on any of it any more; never rejects. */
  readonly settled: Promise<void>;
}

/**
 * @param count Threads, 1 or more.
 * @param module What runs in them: it serves `LoadCalls`.
 * @throws {PipelineError} `ERR_ENGINE` when a thread cannot start.
 */
export async function openLoadPool(count: number, module: URL): Promise<LoadPool> {
  const threads = loadingThreads(count, module);
  const { notes } = await firstReady(threads);
  const share = threadShare(count);
  const queue = loadQueue(() => threads.seats.slice(0, share.threads));
  const memory = batchMemory();
  const times = { images: 0, readMs: 0, decodeMs: 0, viewsMs: 0 };
  let jobs = 0;
  // Of each stream its own: one that is given up leaves batches that nobody will take.
  const madeBy = new WeakMap<ArrayBufferLike, { ready: number }>();
  return {
    threads: count,
    get activeThreads() {
      return share.threads;
    },
    get waiting() {
      return queue.waiting;
    },
    get running() {
      return threads.seats.reduce((sum, { pending }) => sum + pending, 0);
    },
    notes,
    times,
    memory,
    open(spec) {
      jobs += 1;
      // Batches that are made and have not come back.
      const batches = { ready: 0 };
      const job = { ...spec, key: jobs };
      const sizes = chunkSizes();
      return {
        delivered({ buffer }) {
          batches.ready += 1;
          madeBy.set(buffer, batches);
        },
        run({ urgent, ...request }, signal) {
          const size = sizes.next(request.keys.length, share.threads);
          const running = chunksOf({ ...request, job }, size).map(async ({ first, chunk }) => {
            const loaded = await queue.run(chunk, signal, urgent);
            sizes.measured(loaded.times);
            addTimes(times, loaded.times);
            return { first, loaded };
          });
          return {
            loaded: Promise.all(running).then(mergedChunks),
            settled: Promise.allSettled(running).then(() => {}),
          };
        },
      };
    },
    shareBlock: (bytes) => threads.shareBlock(bytes),
    finished(pixels) {
      memory.giveBack(pixels);
      const batches = madeBy.get(pixels.buffer);
      if (batches === undefined) return;
      madeBy.delete(pixels.buffer);
      batches.ready -= 1;
      share.finished(batches.ready > 0);
      queue.pump();
    },
    close: async () => await threads.close(),
  };
}

async function firstReady(threads: LoadingThreads): Promise<LoadingFacts> {
  try {
    return await threads.ready();
  } catch (error) {
    await threads.close();
    throw error;
  }
}

function chunksOf(
  { keys, sources, rows, ...same }: LoadChunk,
  size: number,
): { readonly first: number; readonly chunk: LoadChunk }[] {
  return Array.from({ length: Math.ceil(keys.length / size) }, (_, at) => {
    const [first, end] = [at * size, (at + 1) * size];
    const chunk = {
      ...same,
      keys: keys.slice(first, end),
      sources: sources.slice(first, end),
      rows: rows.slice(first, end),
    };
    return { first, chunk };
  });
}
