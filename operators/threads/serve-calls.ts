import { parentPort, type MessagePort, type Transferable } from 'node:worker_threads';
import { callFailure, type CallFailure } from './call-failure.ts';
import type { CallHandlers, CallReply, CallRequest, CallTable } from './worker-calls.ts';

/** Options of `serveCalls`: how answers travel. */
export interface ServeCallsOptions<C extends CallTable<C>> {
  /** By call, the buffers of a result that its caller takes over instead of copying. @default none */
  readonly handOver?: {
    readonly [Name in keyof C]?: (result: C[Name]['result']) => readonly Transferable[];
  };
  /** Serialised form of an error, for the caller. @default `callFailure` */
  readonly describe?: (error: unknown, name: keyof C) => CallFailure;
}

/**
 * Answers the calls of an `openWorkerThread`, in the thread itself, one after another: none begins before the answer
 * to the last one is on its way.
 *
 * @throws {TypeError} On the main thread.
 */
export function serveCalls<C extends CallTable<C>>(
  handlers: CallHandlers<C>,
  options: ServeCallsOptions<C> = {},
): void {
  const port = parentPort;
  if (port === null) throw new TypeError('Expected to run in a worker thread');
  let last: Promise<void> = Promise.resolve();
  port.on('message', (request: CallRequest<C>) => {
    // An answer that cannot be sent ends the thread, which tells its owner.
    last = last.then(() => answer(port, request, handlers, options));
  });
}

async function answer<C extends CallTable<C>>(
  port: MessagePort,
  { id, name, argument }: CallRequest<C>,
  handlers: CallHandlers<C>,
  { handOver = {}, describe = callFailure }: ServeCallsOptions<C>,
): Promise<void> {
  const report = (progress: number): void => port.postMessage({ id, progress });
  let result: C[keyof C]['result'];
  try {
    result = await handlers[name](argument, report);
  } catch (error) {
    const failed: CallReply = { id, failure: describe(error, name) };
    return port.postMessage(failed);
  }
  const reply: CallReply = { id, result };
  port.postMessage(reply, handOver[name]?.(result) ?? []);
}
