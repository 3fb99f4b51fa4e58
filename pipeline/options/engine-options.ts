import { choice, integer, optional } from './option-fields.ts';
import type { OptionFields } from './verb.ts';

/** An engine by name, or the fastest that works. */
export type EngineChoice = 'auto' | 'tensorflow' | 'onnx' | 'cpu';

/** The device of an engine by name, or the fastest that is right. */
export type DeviceChoice = 'auto' | 'cpu' | 'webgpu' | 'cuda';

/** Engine, device and threads of a computation. */
export interface EngineOptions {
  /**
   * Compute engine: `onnx` (ONNX Runtime), `tensorflow` (@tensorflow/tfjs-node-gpu), `cpu` (slow reference) or the
   * fastest that works. @default 'auto'
   */
  readonly engine?: EngineChoice | undefined;
  /** Device of `onnx`; `auto` takes a graphics card if a trial is right and faster. @default 'auto' */
  readonly device?: DeviceChoice | undefined;
  /** Threads of the engine; all cores when not given. */
  readonly threads?: number | null | undefined;
}

/** Well above the processors of any machine: more cost memory and gain nothing. */
const mostThreads = 1024;

/** Fields of `EngineOptions`. */
export const engineFields: OptionFields<EngineOptions> = {
  engine: choice(
    ['auto', 'tensorflow', 'onnx', 'cpu'],
    'Compute engine: `onnx` (ONNX Runtime), `tensorflow` (@tensorflow/tfjs-node-gpu), `cpu` (slow reference) ' +
      'or the fastest that works.',
  ).default('auto'),
  device: choice(
    ['auto', 'cpu', 'webgpu', 'cuda'],
    'Device of `onnx`; `auto` takes a graphics card if a trial is right and faster.',
  ).default('auto'),
  threads: optional(integer(1, 'Threads of the engine; all cores when not given.', mostThreads)),
};
