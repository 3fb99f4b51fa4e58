import { readRunConfig } from '../../outputs/run/run-folder.ts';
import type { RunEngineOptions } from './open-run-engine.ts';
import type { DeviceChoice, EngineChoice, TrainOptions } from '../options/shared-options.ts';
import type { RunListener } from './run-listener.ts';

const engines: readonly EngineChoice[] = ['tensorflow', 'onnx', 'cpu'];
const devices: readonly DeviceChoice[] = ['cpu', 'webgpu', 'cuda'];

/**
 * The engine of a run, which may be one that is continued: what is left to `auto` is then what the run was begun with,
 * because another one computes other numbers. So neither another machine nor a trial that comes out differently decides.
 *
 * @throws {PipelineError} `ERR_FORMAT` when `config.json` in the folder is not that of a run.
 */
export async function engineAsBegun(
  options: Pick<TrainOptions, 'engine' | 'device' | 'threads' | 'out' | 'resume'>,
  listener: RunListener,
): Promise<RunEngineOptions> {
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
    const flag = taken === device ? `--engine ${begun}` : `--device ${taken}`;
    listener.note?.(`going on as the run was begun, with \`${flag}\``);
  }
  return { engine: begun, device: taken, threads };
}
