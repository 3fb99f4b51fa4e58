import type { InferenceSession } from 'onnxruntime-node';
import { threadId, workerData } from 'node:worker_threads';

// All WebGPU sessions of a process share one queue of commands, which nothing guards: two threads at once end in
// errors of the runtime or in a crash of the process (seen with ONNX Runtime 1.30). So threads take turns, by the one
// word of memory that they share: the thread whose turn it is, and 0 when it is nobody's.

const nobody = 0;
const turns = new Int32Array(turnsOf(workerData) ?? new SharedArrayBuffer(4));

/** `workerData` of a thread that shares the mutex. */
export interface TurnsData {
  readonly turns: SharedArrayBuffer;
}

/** The mutex, for the threads that this thread starts. */
export function turnsForThreads(): TurnsData {
  return { turns: turns.buffer };
}

/**
 * Queue within the thread: calls wait here before they wait for other threads, which blocks the
 * whole thread.
 */
let last: Promise<unknown> = Promise.resolve();

/**
 * Critical section: runs `work` under the mutex of all threads; the thread blocks until it has it.
 */
export function inTurn<T>(work: () => T | Promise<T>): Promise<T> {
  const done = last.then(async () => {
    const self = ownerOf(threadId);
    for (;;) {
      const holder = Atomics.compareExchange(turns, 0, nobody, self);
      if (holder === nobody) break;
      Atomics.wait(turns, 0, holder);
    }
    try {
      return await work();
    } finally {
      endTurnOf(threadId);
    }
  });
  // Whoever asked for it hears of a failure; the next in line need not.
  last = done.catch(() => undefined);
  return done;
}

/** Unlocks the mutex if `thread` holds it. A thread that has ended cannot do so itself. */
export function endTurnOf(thread: number): void {
  const holder = Atomics.compareExchange(turns, 0, ownerOf(thread), nobody);
  if (holder === ownerOf(thread)) Atomics.notify(turns, 0, 1);
}

/** A session whose every call holds the mutex. */
export function takingTurns(session: InferenceSession): InferenceSession {
  // The overloads of `run` differ in what follows the feeds, which is passed on as it comes.
  const run = (...given: Parameters<InferenceSession['run']>): Promise<unknown> =>
    inTurn(() => session.run(...given));
  const release = (): Promise<void> => inTurn(() => session.release());
  return Object.create(session, {
    run: { value: run },
    release: { value: release },
  }) as InferenceSession;
}

/** The main thread is number 0, which here is nobody. */
function ownerOf(thread: number): number {
  return thread + 1;
}

function turnsOf(data: unknown): SharedArrayBuffer | undefined {
  if (typeof data !== 'object' || data === null || !('turns' in data)) return undefined;
  return data.turns instanceof SharedArrayBuffer ? data.turns : undefined;
}
