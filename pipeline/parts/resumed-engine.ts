import { readRunConfig } from '../../outputs/run/read-run.ts';
import type { DeviceChoice, EngineChoice, EngineOptions } from '../options/engine-options.ts';
import type { TrainOptions } from '../options/train-options.ts';
import type { Resolved } from '../options/verb.ts';
import type { TellNote } from './run-event.ts';

const engines: readonly EngineChoice[] = ['tensorflow', 'onnx', 'cpu'];
const devices: readonly DeviceChoice[] = ['cpu', 'webgpu', 'cuda'];

/**
 * Engine of a run that may be a resumed one: what is left to `auto` is then what the run was begun with, because another
 * one computes other numbers. So neither another machine nor a trial that comes out differently decides.
 *
 * @throws {PipelineError} `ERR_FORMAT` when `config.json` in the folder is not that of a run.
 */
export async function resumedEngine(
  options: Pick<Resolved<TrainOptions>, 'engine' | 'device' | 'threads' | 'out' | 'resume'>,
  note: TellNote,
): Promise<Resolved<EngineOptions>> {
  const { engine, device, threads, out, resume } = options;
  const config = resume && device === 'auto' ? await readRunConfig(out) : undefined;
  const saved = engines.find((name) => name === config?.['engine']);
  // One that is named and another is refused with the other differences, by the folder of the run.
  if (saved === undefined || (engine !== 'auto' && engine !== saved)) return options;
  // Only `onnx` takes one; in the configuration it is absent for the processor.
  const on = config?.['device'] ?? 'cpu';
  const taken = saved === 'onnx' ? (devices.find((name) => name === on) ?? 'cpu') : device;
  const isDecidedHere = engine !== saved || device !== taken;
  if (isDecidedHere && (saved !== 'onnx' || taken !== 'cpu')) {
    const choice = taken === device ? `engine: ${saved}` : `device: ${taken}`;
    note(`going on as the run was begun, with \`${choice}\``, ['engine', 'device']);
  }
  return { engine: saved, device: taken, threads };
}
