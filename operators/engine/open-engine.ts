import { PipelineError } from '../errors.ts';
import { openCpuEngine } from './cpu-engine.ts';
import type { Engine } from './engine.ts';
import { openOnnxEngine, type OnnxEngineOptions } from './onnx-engine.ts';

/** Engines by name; `auto` takes the fastest that works. */
export type EngineName = 'auto' | 'onnx' | 'cpu';

/**
 * Opens an engine.
 *
 * `auto` is `onnx` on the processor. `cpu`, the plain JavaScript reference, is some thousand times slower
 * and therefore never chosen unless it is named: a broken runtime is an error, not a slow run.
 *
 * @param threads Threads of the engine; all cores when undefined. The reference engine has one.
 * @param device What `onnx` computes on. @default 'cpu'
 * @throws {PipelineError} `ERR_ENGINE` when it does not start, with the way out.
 */
export async function openEngine(
  name: EngineName,
  threads?: number,
  device: OnnxEngineOptions['device'] = 'cpu',
): Promise<Engine> {
  switch (name) {
    case 'auto':
    case 'onnx':
      return await openOnnxEngine({ threads, device });
    case 'cpu':
      if (device === 'cpu' || device === 'auto') return await openCpuEngine();
      throw new PipelineError(
        'ERR_ENGINE',
        `The \`cpu\` engine computes on the processor only, got the device \`${device}\`: use the \`onnx\` engine`,
      );
    default:
      throw new PipelineError('ERR_ENGINE', `Unknown engine \`${String(name satisfies never)}\``);
  }
}
