import { parentPort } from 'node:worker_threads';
import { messageOf, PipelineError, type PipelineErrorCode } from '../../errors.ts';
import type { EncodedRows, LossResult } from '../seam/engine.ts';
import type { EngineCallName, EngineCalls, EngineReply, EngineRequest } from './engine-calls.ts';
import { wholeBuffers } from '../../threads/whole-buffers.ts';

/** How each call is answered. */
export type CallHandlers = {
  readonly [K in EngineCallName]: (
    argument: EngineCalls[K]['argument'],
    report: (progress: number) => void,
  ) => EngineCalls[K]['result'] | Promise<EngineCalls[K]['result']>;
};

/**
 * Answers the calls that an `EngineThread` makes, in the thread itself, one after another: no engine may start a step
 * while the state of the last one is not in place.
 *
 * @param engine Its name, as messages have it.
 */
export function serveCalls(engine: string, handlers: CallHandlers): void {
  let last: Promise<void> = Promise.resolve();
  parentPort?.on('message', (request: EngineRequest) => {
    last = last.then(async () => {
      const reply = await answer(engine, handlers, request);
      parentPort?.postMessage(reply, handedOver(request.name, reply));
    });
  });
}

/** What was opened before. */
export function opened<T>(session: T | undefined): T {
  if (session === undefined) throw new TypeError('Expected a session to have been opened');
  return session;
}

async function answer(
  engine: string,
  handlers: CallHandlers,
  { id, name, argument }: EngineRequest,
): Promise<EngineReply> {
  try {
    // Name and argument come from one request, which TypeScript does not follow through a table.
    const handler = handlers[name] as (
      argument: unknown,
      report: (progress: number) => void,
    ) => unknown;
    const report = (progress: number): void => parentPort?.postMessage({ id, progress });
    return { id, result: await handler(argument, report) };
  } catch (error) {
    const { code, message } = described(engine, name, error);
    // What caused it may hold things that do not travel, its text always does.
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { id, error: { code, message, cause } };
  }
}

/** As V8, C++, ONNX Runtime, TensorFlow and CUDA say it. */
const outOfMemory =
  /allocation failed|failed to allocate|invalid (?:typed )?array length|out of memory|bad_?alloc|\bOOM\b|RESOURCE_EXHAUSTED/iu;

function described(
  engine: string,
  name: EngineCallName,
  error: unknown,
): { code: PipelineErrorCode | 'ERR_RANGE'; message: string } {
  if (error instanceof PipelineError) return error;
  // V8 reports a failed allocation as a RangeError too, which is nobody's mistake.
  const wantOfMemory = outOfMemory.test(messageOf(error));
  if (error instanceof RangeError && !wantOfMemory) {
    return { code: 'ERR_RANGE', message: error.message };
  }
  const wayOut = wantOfMemory ? '; use smaller batches, fewer views or smaller images' : '';
  const message = `The \`${engine}\` engine failed in \`${name}\`: ${messageOf(error)}${wayOut}`;
  return { code: 'ERR_ENGINE', message };
}

/** What of an answer is handed over instead of copied. A gradient is as large as the set. */
function handedOver(name: EngineCallName, reply: EngineReply): ArrayBuffer[] {
  if ('error' in reply) return [];
  // The answer to a call of that name.
  if (name === 'encode') {
    const { embedding, projection, pixels } = reply.result as EncodedRows;
    return wholeBuffers(embedding, projection, pixels);
  }
  if (name !== 'loss') return [];
  const { gradient } = reply.result as LossResult;
  return gradient === undefined ? [] : wholeBuffers(gradient);
}
