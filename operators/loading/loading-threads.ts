import { messageOf, PipelineError } from '../errors.ts';
import { sharedInt32 } from '../threads/shared-memory.ts';
import { causeOfEnd, type ThreadEnd, wordsOfEnd } from '../threads/thread-end.ts';
import type { CallWorker } from '../threads/worker-calls.ts';
import { openWorkerThread } from '../threads/worker-thread.ts';
import type { LoadCalls, LoadingFacts, PixelBlock } from './load-calls.ts';
import type { LoadSeat } from './load-queue.ts';

/** Threads that load images; one that dies is replaced when its seat is needed again. */
export interface LoadingThreads {
  readonly seats: readonly LoadSeat[];
  /** Starts the first thread. @throws {PipelineError} `ERR_ENGINE` when it cannot start. */
  ready(): Promise<LoadingFacts>;
  /**
   * Makes new memory known to all threads, also to later ones.
   *
   * @returns Its number.
   * @throws {PipelineError} `ERR_ENGINE` when there is none.
   */
  shareBlock(bytes: number): number;
  /** Refuses what waits and whatever comes later, then ends the threads. */
  close(): Promise<void>;
}

/** @param module What runs in them: it serves `LoadCalls`. */
export function loadingThreads(count: number, module: URL): LoadingThreads {
  const blocks: PixelBlock[] = [];
  const seats = Array.from({ length: count }, () => seatOf(module, blocks));
  return {
    seats,
    ready: async () => await seats[0]!.thread().call('ready', null),
    shareBlock(bytes) {
      const number = blocks.length;
      const taken = sharedInt32(1).buffer as SharedArrayBuffer;
      const block = { number, bytes: newBlock(bytes), taken };
      blocks.push(block);
      for (const seat of seats) seat.add(block);
      return number;
    },
    async close() {
      await Promise.all(seats.map((seat) => seat.close()));
    },
  };
}

function newBlock(bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes);
  } catch (cause) {
    throw new PipelineError(
      'ERR_ENGINE',
      `No memory for ${Math.ceil(bytes / 2 ** 20)} MiB more of decoded images: ${messageOf(cause)}. Lower \`cacheMb\`, the ` +
        'limit of the cache.',
      { cause, options: ['cacheMb'] },
    );
  }
}

interface Seat extends LoadSeat {
  /** The thread, which is started when there is none. */
  thread(): CallWorker<LoadCalls>;
  add(block: PixelBlock): void;
  close(): Promise<void>;
}

function seatOf(module: URL, blocks: readonly PixelBlock[]): Seat {
  let thread: CallWorker<LoadCalls> | undefined;
  let isClosed = false;
  // Of chunks alone: a thread that is only told of memory has room for one.
  let pending = 0;
  const started = (): CallWorker<LoadCalls> => {
    if (isClosed) throw closed();
    if (thread !== undefined) return thread;
    const own = openWorkerThread<LoadCalls>({
      module,
      errorOfEnd,
      ended: () => {
        if (thread === own) thread = undefined;
      },
    });
    thread = own;
    for (const block of blocks) share(own, block);
    return own;
  };
  return {
    get pending() {
      return pending;
    },
    thread: started,
    async load(chunk) {
      pending += 1;
      try {
        return await started().call('load', chunk);
      } finally {
        pending -= 1;
      }
    },
    add(block) {
      // A thread that starts later is given it then.
      if (thread !== undefined) share(thread, block);
    },
    async close() {
      isClosed = true;
      thread?.refuse(closed());
      await thread?.close();
    },
  };
}

function share(thread: CallWorker<LoadCalls>, block: PixelBlock): void {
  // A thread that dies on the way is told by the chunks that it was given.
  thread.call('block', block).catch(() => {});
}

function errorOfEnd(end: ThreadEnd): PipelineError {
  return new PipelineError(
    'ERR_ENGINE',
    `A thread that loads images ended before its work did: ${wordsOfEnd(end)}. Go on from the last checkpoint.`,
    causeOfEnd(end),
  );
}

function closed(): PipelineError {
  return new PipelineError(
    'ERR_CONTRACT',
    'The image workers are closed. Close them when the stream has ended.',
  );
}
