import { startWorker } from './start-worker.ts';
import type { ThreadEnd } from './thread-end.ts';
import { waitingCalls } from './waiting-calls.ts';
import type {
  CallProgress,
  CallReply,
  CallRequest,
  CallTable,
  CallWorker,
} from './worker-calls.ts';

/** Options of a worker thread: its module, and who hears of its end. */
export interface WorkerThreadOptions {
  /** A module that calls `serveCalls`, as for `startWorker`. */
  readonly module: URL;
  /** Handed to the module. @default undefined */
  readonly workerData?: unknown;
  /** The error of the calls that wait when the thread dies, and of all later ones. */
  readonly errorOfEnd: (end: ThreadEnd) => Error;
  /** Exit callback, with the number of the thread, however it ended. @default none */
  readonly ended?: ((threadId: number) => void) | undefined;
}

/**
 * Starts a thread that answers calls by name, each by one message to it and one back.
 *
 * A thread that cannot start dies: its calls are refused by `errorOfEnd`. Only while calls wait does it keep the process
 * alive, so that a process with idle threads and nothing else to do ends, or is found to be at a standstill.
 */
export function openWorkerThread<C extends CallTable<C>>(
  options: WorkerThreadOptions,
): CallWorker<C> {
  const { module, workerData, errorOfEnd, ended } = options;
  const worker = startWorker(module, { workerData });
  // A thread that has ended has no number any more.
  const { threadId } = worker;
  const waiting = waitingCalls();
  const sent = unansweredCalls();
  let closing: Promise<void> | undefined;
  worker.unref();
  worker.on('message', (message: CallReply | CallProgress) => {
    waiting.settle(message);
    if (!('progress' in message)) sent.answered();
    // The end of a thread that is being closed is waited for, whatever it still answers.
    if (waiting.size === 0 && closing === undefined) worker.unref();
  });
  worker.on('error', (error: unknown) => waiting.refuse(errorOfEnd({ kind: 'failed', error })));
  worker.on('exit', (code) => {
    ended?.(threadId);
    sent.ended();
    waiting.refuse(errorOfEnd({ kind: 'exited', code }));
  });
  return {
    get pending() {
      return waiting.size;
    },
    call(name, argument, { handOver = [], onProgress } = {}) {
      const post = (id: number): void => {
        const request: CallRequest<C, typeof name> = { id, name, argument };
        worker.postMessage(request, handOver);
        sent.add();
      };
      const reply = waiting.send(post, onProgress);
      if (waiting.size > 0) worker.ref();
      return reply;
    },
    refuse: (reason) => waiting.refuse(reason),
    idle: sent.none,
    close() {
      closing ??= worker.terminate().then(() => {});
      return closing;
    },
  };
}

/** Calls that were sent to a worker and not answered, whoever still waits for them. */
function unansweredCalls() {
  let calls = 0;
  let listeners: (() => void)[] = [];
  const settle = (): void => {
    if (calls > 0) return;
    for (const listener of listeners) listener();
    listeners = [];
  };
  return {
    add: () => void (calls += 1),
    answered: () => {
      calls -= 1;
      settle();
    },
    ended: () => {
      calls = 0;
      settle();
    },
    none: async () => {
      if (calls === 0) return;
      await new Promise<void>((resolve) => {
        listeners.push(resolve);
      });
    },
  };
}
