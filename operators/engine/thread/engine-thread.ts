import { PipelineError } from '../../errors.ts';
import { causeOfEnd, type ThreadEnd, wordsOfEnd } from '../../threads/thread-end.ts';
import type { CallWorker } from '../../threads/worker-calls.ts';
import { openWorkerThread, type WorkerThreadOptions } from '../../threads/worker-thread.ts';
import type { EngineCalls } from './engine-calls.ts';

/** Options of an engine thread, which runs a module that calls `serveEngine`. */
export interface EngineThreadOptions extends Omit<WorkerThreadOptions, 'errorOfEnd'> {
  /** Name of the engine, as messages have it. */
  readonly engine: string;
  /** Role of the thread, as messages name it, such as `trainer`. */
  readonly what: string;
}

/** A thread that computes for an engine, seen from the main thread. */
export interface EngineThread {
  /**
   * Calls are answered one at a time, in order.
   *
   * @throws {PipelineError} As the call failed; `ERR_ENGINE` when the thread has ended or was closed.
   * @throws {RangeError} When sizes are out of range.
   */
  readonly call: CallWorker<EngineCalls>['call'];
  /** Ends the thread after the calls that were made before. Idempotent, and never fails. */
  close(): Promise<void>;
}

/**
 * Starts a thread for an engine.
 *
 * Native libraries block the thread that runs them for a whole step, and recording a step takes a while too,
 * so neither happens where timers and signals are served. Each thread holds one session.
 */
export function openEngineThread(options: EngineThreadOptions): EngineThread {
  const { engine, what } = options;
  const worker = openWorkerThread<EngineCalls>({
    ...options,
    errorOfEnd: (end) => endOf(`\`${engine}\` ${what}`, end),
  });
  let closing: Promise<void> | undefined;
  return {
    async call(name, argument, callOptions) {
      if (closing !== undefined) throw new PipelineError('ERR_ENGINE', `The ${what} was closed`);
      return await worker.call(name, argument, callOptions);
    },
    close() {
      closing ??= release(worker);
      return closing;
    },
  };
}

async function release(worker: CallWorker<EngineCalls>): Promise<void> {
  // A thread that has already ended has nothing left to release.
  await worker.call('release', null).catch(() => undefined);
  await worker.close();
}

/** @param title Such as `` `onnx` trainer ``. */
function endOf(title: string, end: ThreadEnd): PipelineError {
  const message =
    `The thread of the ${title} ended before its work did: ${wordsOfEnd(end)}. What it held is ` +
    'lost; go on from the last checkpoint, and use smaller batches if memory was short';
  return new PipelineError('ERR_ENGINE', message, causeOfEnd(end));
}
