import { serveCalls } from '../../threads/serve-calls.ts';
import { wholeBuffers } from '../../threads/whole-buffers.ts';
import type { CallHandlers } from '../../threads/worker-calls.ts';
import type { EncodedRows, LossResult } from '../interface/engine.ts';
import type { EngineCalls } from './engine-calls.ts';
import { engineFailure } from './engine-failure.ts';

/**
 * Answers the calls of an `EngineThread`, in the thread itself, one after another: no engine may start a step while
 * the state of the last one is not in place.
 *
 * @param engine Its name, as messages have it.
 */
export function serveEngine(engine: string, handlers: CallHandlers<EngineCalls>): void {
  serveCalls<EngineCalls>(handlers, {
    handOver: { encode: buffersOfRows, loss: buffersOfLoss },
    describe: (error, name) => engineFailure(engine, name, error),
  });
}

/** Asserts that a session was opened before, and returns it. */
export function opened<T>(session: T | undefined): T {
  if (session === undefined) throw new TypeError('Expected a session to have been opened');
  return session;
}

function buffersOfRows({ embedding, projection, pixels }: EncodedRows): ArrayBuffer[] {
  return wholeBuffers(embedding, projection, pixels);
}

/** A gradient is as large as the set. */
function buffersOfLoss({ gradient }: LossResult): ArrayBuffer[] {
  return gradient === undefined ? [] : wholeBuffers(gradient);
}
