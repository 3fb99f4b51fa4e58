import { messageOf, PipelineError } from '../../errors.ts';
import { callFailure, type CallFailure } from '../../threads/call-failure.ts';
import type { EngineCallName } from './engine-calls.ts';

/** As V8, C++, ONNX Runtime, TensorFlow and CUDA say it. */
const outOfMemory =
  /allocation failed|failed to allocate|invalid (?:typed )?array length|out of memory|bad_?alloc|\bOOM\b|RESOURCE_EXHAUSTED/iu;

/**
 * An error in the thread of an engine, as its caller hears of it: with the engine and the call, and the way out when
 * memory was short.
 *
 * @param engine Its name, as messages have it.
 */
export function engineFailure(engine: string, name: EngineCallName, error: unknown): CallFailure {
  const failure = callFailure(error);
  if (error instanceof PipelineError) return failure;
  // V8 reports a failed allocation as a RangeError too, which is nobody's mistake.
  const wantOfMemory = outOfMemory.test(messageOf(error));
  if (error instanceof RangeError && !wantOfMemory) return failure;
  const wayOut = wantOfMemory ? '; use smaller batches, fewer views or smaller images' : '';
  const message = `The \`${engine}\` engine failed in \`${name}\`: ${messageOf(error)}${wayOut}`;
  return { ...failure, code: 'ERR_ENGINE', message };
}
