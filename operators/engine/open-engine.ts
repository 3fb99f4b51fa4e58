import { PipelineError } from '../errors.ts';
import { openCpuEngine } from './cpu-engine.ts';
import { engineCandidates, openFirstUsable } from './engine-candidates.ts';
import type { CandidateOptions, EngineCandidate } from './interface/engine-candidate.ts';
import type { Engine } from './interface/engine.ts';
import { openOnnxEngine, type OnnxEngineOptions } from './onnx-engine.ts';
import { openTensorflowEngine } from './tensorflow-engine.ts';

/** Engines by name; `auto` takes the fastest that works. */
export type EngineName = 'auto' | 'tensorflow' | 'onnx' | 'cpu';

/** Options of `openEngine`. */
export interface OpenEngineOptions extends CandidateOptions {
  /** Require of `auto` an engine that opens ONNX files. @default false */
  readonly models?: boolean | undefined;
  /**
   * Device. One that is named is taken or refused, and the engine `auto` is then `onnx` on it; with
   * `auto` an engine on a graphics card must be right and faster than on the processor. @default
   * 'auto' for `auto`, 'cpu' for `onnx`
   */
  readonly device?: OnnxEngineOptions['device'] | 'auto';
  /** Candidates of `auto`, best first. @default engineCandidates */
  readonly candidates?: readonly EngineCandidate[] | undefined;
}

/**
 * Compute engine, to be closed by the caller: TensorFlow, ONNX Runtime, or the plain reference.
 *
 * `auto` is TensorFlow where it computes on a graphics card, else ONNX Runtime on one that is right and faster, else on
 * the processor; `rejected` of the engine says why not another. `cpu`, the plain JavaScript reference, is some thousand
 * times slower and therefore never chosen unless it is named: a broken runtime is an error, not a slow run. The
 * reference engine has one thread, whatever `threads` says.
 *
 * @throws {PipelineError} `ERR_ENGINE` when it does not start, with the way out.
 * @example
 * ```ts
 * const engine = await openEngine('auto');
 * console.log(engine.name, engine.device);
 * const loss = await engine.createLoss({ name: 'sincere', temperature: 0.1 });
 * await engine.close(); // closes `loss` too
 * ```
 */
export async function openEngine(
  name: EngineName,
  options: OpenEngineOptions = {},
): Promise<Engine> {
  const { threads, announce, device, models = false, candidates = engineCandidates } = options;
  switch (name) {
    case 'auto':
      if (device !== undefined && device !== 'auto')
        return await openOnnxEngine({ threads, device });
      return await openFirstUsable(candidates, { threads, announce }, models);
    case 'tensorflow':
      refuseDevice(name, device);
      return await openTensorflowEngine({ threads, announce });
    case 'onnx':
      if (device !== 'auto') return await openOnnxEngine({ threads, device });
      return await openFirstUsable(
        candidates.filter(({ engine }) => engine === 'onnx'),
        { threads, announce },
        models,
      );
    case 'cpu':
      if (device !== 'cpu') refuseDevice(name, device);
      return await openCpuEngine();
    default:
      throw new PipelineError('ERR_ENGINE', `Unknown engine \`${String(name satisfies never)}\``);
  }
}

function refuseDevice(name: EngineName, device: OpenEngineOptions['device']): void {
  if (device === undefined || device === 'auto') return;
  throw new PipelineError(
    'ERR_ENGINE',
    `The \`${name}\` engine takes no device, got the device \`${device}\`: use the \`onnx\` engine`,
  );
}
