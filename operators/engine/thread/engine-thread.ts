import type { Transferable, Worker } from 'node:worker_threads';
import { PipelineError } from '../../errors.ts';
import { startWorker } from '../../threads/start-worker.ts';
import type { EngineCallName, EngineCalls, EngineProgress, EngineReply } from './engine-calls.ts';

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: PipelineError | RangeError) => void;
  readonly onProgress: ((progress: number) => void) | undefined;
}

/** What runs in the thread of an engine. */
export interface EngineThreadOptions {
  /** Name of the engine, as messages have it. */
  readonly engine: string;
  /** What the thread is for, as messages name it, such as `trainer`. */
  readonly what: string;
  /** A module that calls `serveCalls`. */
  readonly module: URL;
  /** Handed to the module. @default undefined */
  readonly workerData?: unknown;
  /** Told the number of the thread when it has ended, however it did. @default nobody */
  readonly ended?: ((threadId: number) => void) | undefined;
}

/**
 * A thread that computes for an engine, seen from the main thread.
 *
 * Native libraries block the thread that runs them for a whole step, and recording a step takes a while too,
 * so neither happens where timers and signals are served. Each thread holds one session.
 */
export class EngineThread {
  /** Such as `` `onnx` trainer ``. */
  readonly #title: string;
  readonly #what: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  /** Why no further call will be answered. */
  #ended: PipelineError | undefined;
  #closing: Promise<void> | undefined;

  constructor({ engine, what, module, workerData, ended }: EngineThreadOptions) {
    this.#title = `\`${engine}\` ${what}`;
    this.#what = what;
    this.#worker = startWorker(module, { workerData });
    const { threadId } = this.#worker;
    this.#worker.on('message', (reply: EngineReply | EngineProgress) => {
      if ('progress' in reply) this.#waiting.get(reply.id)?.onProgress?.(reply.progress);
      else this.#settle(reply);
    });
    this.#worker.on('error', (cause: Error) => this.#end(this.#failure(cause.message, { cause })));
    this.#worker.on('exit', (code) => {
      ended?.(threadId);
      this.#end(this.#failure(`it exited with code ${code}`));
    });
  }

  /**
   * Calls are answered one at a time, in order.
   *
   * @param handover Buffers of the argument that the thread takes over instead of copying.
   * @param onProgress Told how far a long call is.
   * @throws {PipelineError} As the call failed; `ERR_ENGINE` when the thread has ended or was closed.
   * @throws {RangeError} When sizes are out of range.
   */
  async call<K extends EngineCallName>(
    name: K,
    argument: EngineCalls[K]['argument'],
    handover: readonly Transferable[] = [],
    onProgress?: (progress: number) => void,
  ): Promise<EngineCalls[K]['result']> {
    if (this.#closing !== undefined) {
      throw new PipelineError('ERR_ENGINE', `The ${this.#what} was closed`);
    }
    return await this.#send(name, argument, handover, onProgress);
  }

  /** Ends the thread after the calls that were made before. Idempotent, and never fails. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // A thread that has already ended has nothing left to release.
    await this.#send('release', null, []).catch(() => undefined);
    await this.#worker.terminate();
  }

  #send<K extends EngineCallName>(
    name: K,
    argument: EngineCalls[K]['argument'],
    handover: readonly Transferable[],
    onProgress?: (progress: number) => void,
  ): Promise<EngineCalls[K]['result']> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    this.#calls += 1;
    const id = this.#calls;
    return new Promise((resolve, reject) => {
      this.#worker.postMessage({ id, name, argument }, handover);
      // The thread answers a call of this name with the result of this name.
      this.#waiting.set(id, {
        resolve: resolve as (result: unknown) => void,
        reject,
        onProgress,
      });
    });
  }

  #settle(reply: EngineReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) {
      const { code, message, cause } = reply.error;
      const error =
        code === 'ERR_RANGE'
          ? new RangeError(message, { cause })
          : new PipelineError(code, message, { cause });
      waiting?.reject(error);
    } else {
      waiting?.resolve(reply.result);
    }
  }

  #end(error: PipelineError): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }

  #failure(reason: string, options: ErrorOptions = {}): PipelineError {
    const message =
      `The thread of the ${this.#title} ended before its work did: ${reason}. What it held is ` +
      'lost; go on from the last checkpoint, and use smaller batches if memory was short';
    return new PipelineError('ERR_ENGINE', message, options);
  }
}
