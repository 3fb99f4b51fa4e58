import { type BatchMemory, batchMemory } from './batch-memory.ts';
import { chunkSizes } from './chunk-sizes.ts';
import type { LoadChunk, LoadedChunk, LoadingFacts, LoadJob, LoadTimes } from './load-calls.ts';
import { loadQueue } from './load-queue.ts';
import { type LoadingThreads, loadingThreads } from './loading-threads.ts';
import { addTimes, mergedChunks } from './merged-chunks.ts';
import { threadShare } from './thread-share.ts';

/** The threads, the line in front of them, and the memory that they share. */
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
  /** Says that a batch is ready for the device. */
  delivered(): void;
  /** Takes back a batch that the device has finished with. */
  finished(pixels: Float32Array): void;
  /** Ends the threads; chunks that wait are refused. Idempotent. */
  close(): Promise<void>;
}

/** Images that are all loaded alike. */
export interface LoadStream {
  /** Has images loaded, in chunks that the threads share. */
  run(request: LoadRequest, signal: AbortSignal): LoadRun;
}

/** Images of one batch: the lists of a `LoadChunk`, of any length. */
export interface LoadRequest extends Omit<LoadChunk, 'job'> {
  /** Before all that wait. @default false */
  readonly urgent?: boolean | undefined;
}

/** A request on its way. */
export interface LoadRun {
  /**
   * What became of it; places are those in the request.
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
  // Batches that are made and have not come back.
  let ready = 0;
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
      // A stream that was given up leaves batches that nobody will take.
      ready = 0;
      const job = { ...spec, key: jobs };
      const sizes = chunkSizes();
      return {
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
    delivered() {
      ready += 1;
    },
    finished(pixels) {
      memory.giveBack(pixels);
      ready = Math.max(0, ready - 1);
      share.finished(ready > 0);
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
