import { readRunConfig } from '../../outputs/run/read-run.ts';
import type { DeviceChoice, EngineChoice, EngineOptions } from '../options/engine-options.ts';
import type { TrainOptions } from '../options/train-options.ts';
import type { Resolved } from '../options/verb.ts';
import type { TellNote } from './run-event.ts';

const engines: readonly EngineChoice[] = ['tensorflow', 'onnx', 'cpu'];
const devices: readonly DeviceChoice[] = ['cpu', 'webgpu', 'cuda'];

/**
 * The engine of a run, which may be one that is continued: what is left to `auto` is then what the run was begun with,
 * because another one computes other numbers. So neither another machine nor a trial that comes out differently decides.
 *
 * @throws {PipelineError} `ERR_FORMAT` when `config.json` in the folder is not that of a run.
 */
export async function engineAsBegun(
  options: Pick<Resolved<TrainOptions>, 'engine' | 'device' | 'threads' | 'out' | 'resume'>,
  note: TellNote,
): Promise<Resolved<EngineOptions>> {
  const { engine, device, threads, out, resume } = options;
  const config = resume && device === 'auto' ? await readRunConfig(out) : undefined;
  const begun = engines.find((name) => name === config?.['engine']);
  // One that is named and another is refused with the other differences, by the folder of the run.
  if (begun === undefined || (engine !== 'auto' && engine !== begun)) return options;
  // Only `onnx` takes one; in the configuration it is absent for the processor.
  const on = config?.['device'] ?? 'cpu';
  const taken = begun === 'onnx' ? (devices.find((name) => name === on) ?? 'cpu') : device;
  const isDecidedHere = engine !== begun || device !== taken;
  if (isDecidedHere && (begun !== 'onnx' || taken !== 'cpu')) {
    const choice = taken === device ? `engine: ${begun}` : `device: ${taken}`;
    note(`going on as the run was begun, with \`${choice}\``, ['engine', 'device']);
  }
  return { engine: begun, device: taken, threads };
}
