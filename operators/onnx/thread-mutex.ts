import type { InferenceSession } from 'onnxruntime-node';
import { threadId, workerData } from 'node:worker_threads';

// All WebGPU sessions of a process share one queue of commands, which nothing guards: two threads at once end in
// errors of the runtime or in a crash of the process (seen with ONNX Runtime 1.30). So threads share a mutex, one word
// of memory: the thread that holds it, and 0 when nobody does.

const nobody = 0;
const mutex = new Int32Array(mutexOf(workerData) ?? new SharedArrayBuffer(4));

/** `workerData` of a thread that shares the mutex. */
export interface MutexData {
  readonly mutex: SharedArrayBuffer;
}

/** The mutex, for the threads that this thread starts. */
export function mutexForThreads(): MutexData {
  return { mutex: mutex.buffer };
}

/**
 * Queue within the thread: calls wait here before they wait for other threads, which blocks the
 * whole thread.
 */
let last: Promise<unknown> = Promise.resolve();

/**
 * Critical section: runs `work` under the mutex of all threads; the thread blocks until it has it.
 */
export function withMutex<T>(work: () => T | Promise<T>): Promise<T> {
  const done = last.then(async () => {
    const self = ownerOf(threadId);
    for (;;) {
      const holder = Atomics.compareExchange(mutex, 0, nobody, self);
      if (holder === nobody) break;
      Atomics.wait(mutex, 0, holder);
    }
    try {
      return await work();
    } finally {
      unlockFor(threadId);
    }
  });
  // The caller gets the failure; the next in the queue must not.
  last = done.catch(() => undefined);
  return done;
}

/** Unlocks the mutex if `thread` holds it. A thread that has ended cannot do so itself. */
export function unlockFor(thread: number): void {
  const holder = Atomics.compareExchange(mutex, 0, ownerOf(thread), nobody);
  if (holder === ownerOf(thread)) Atomics.notify(mutex, 0, 1);
}

/** A session whose every call holds the mutex. */
export function underMutex(session: InferenceSession): InferenceSession {
  // The overloads of `run` differ in what follows the feeds, which is passed on as it comes.
  const run = (...given: Parameters<InferenceSession['run']>): Promise<unknown> =>
    withMutex(() => session.run(...given));
  const release = (): Promise<void> => withMutex(() => session.release());
  return Object.create(session, {
    run: { value: run },
    release: { value: release },
  }) as InferenceSession;
}

/** The main thread is number 0, which here is nobody. */
function ownerOf(thread: number): number {
  return thread + 1;
}

function mutexOf(data: unknown): SharedArrayBuffer | undefined {
  if (typeof data !== 'object' || data === null || !('mutex' in data)) return undefined;
  return data.mutex instanceof SharedArrayBuffer ? data.mutex : undefined;
}
