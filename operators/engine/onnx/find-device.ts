import { outOfRange } from '../../out-of-range.ts';
import { mayHaveGraphicsCard } from './graphics-card-nodes.ts';
import { tryInChild } from '../../threads/try-in-child.ts';
import { type AdapterKind, withoutSoftwareDrivers } from './adapter-kind.ts';
import { DeviceFailure } from './device-failure.ts';
import type { DeviceTrial, StepTimes, TrialNews } from './device-trial.ts';
import type { DeviceName } from '../../onnx/device-name.ts';

export interface FindDeviceOptions {
  /** Threads that the processor may use where it is compared with the device, 1 or more. */
  readonly threads: number;
  /** Allow a software adapter for WebGPU. @default false */
  readonly software?: boolean | undefined;
  /** Timeout of the trial, in seconds, above 0. @default 120 */
  readonly checkSeconds?: number | undefined;
  /**
   * Time a training step, on a graphics card and on the processor. Where no card is visible, that
   * is refused at once, without a trial. @default false
   */
  readonly timed?: boolean | undefined;
}

/** A device that computes what the processor does. */
export interface FoundDevice {
  readonly device: Exclude<DeviceName, 'cpu'>;
  readonly kind: AdapterKind;
  /** Description of the device. A software adapter is never called a graphics card. */
  readonly words: string;
  /** Null when it was not to be timed, or is not known to be a graphics card. */
  readonly stepMs: StepTimes | null;
}

/**
 * Probes a device in a process of its own, which opens it, identifies its adapter, and compares
 * what it computes with the processor.
 *
 * @throws {RangeError} When `checkSeconds` is not above 0.
 * @throws {DeviceFailure} It is not there, only software, gives wrong numbers, crashes, or takes too long; with the way
 * out.
 * @throws {PipelineError} `ERR_ENGINE` when its trial does not start.
 */
export async function findDevice(
  device: Exclude<DeviceName, 'cpu'>,
  { threads, software = false, checkSeconds = 120, timed = false }: FindDeviceOptions,
): Promise<FoundDevice> {
  if (!(checkSeconds > 0)) throw outOfRange('checkSeconds', 'a number above 0', checkSeconds);
  if (timed && !mayHaveGraphicsCard()) {
    throw new DeviceFailure(
      device,
      'no graphics card is visible. Install its driver; in a container, make its devices visible there',
    );
  }
  const trial: DeviceTrial = { device, threads, software, timed };
  if (device === 'cuda' || software) {
    return found(device, software, await outcome(trial, checkSeconds, {}));
  }
  // Drivers in software are hidden first, so that what is found is none, however many are installed beside it.
  const start = performance.now();
  const hidden = await outcome(trial, checkSeconds, withoutSoftwareDrivers);
  if (hidden.adapter !== undefined) return found(device, software, hidden);
  // Is there one at all? Then that is what the refusal has to say.
  const left = checkSeconds - (performance.now() - start) / 1000;
  const any = left > 0 ? await outcome(trial, left, {}) : hidden;
  return found(device, software, any.adapter?.kind === 'software' ? any : hidden);
}

/** Messages of a trial, collected. */
interface TrialOutcome {
  readonly adapter?: Extract<TrialNews, { adapter: unknown }>['adapter'];
  readonly checked?: true;
  readonly stepMs?: StepTimes;
  readonly failed?: string;
}

async function outcome(
  trial: DeviceTrial,
  seconds: number,
  env: Readonly<Record<string, string>>,
): Promise<TrialOutcome> {
  const { news, failure } = await tryInChild<TrialNews>(
    new URL('device-trial.ts', import.meta.url),
    { what: `the device \`${trial.device}\``, argument: trial, env, seconds },
  );
  const told: TrialOutcome = Object.assign({}, ...news);
  return failure === undefined ? told : { ...told, failed: failure.words };
}

function found(
  device: Exclude<DeviceName, 'cpu'>,
  software: boolean,
  { adapter, checked, stepMs, failed }: TrialOutcome,
): FoundDevice {
  if (adapter === undefined) {
    throw new DeviceFailure(device, failed ?? 'its trial ended without an answer');
  }
  const { kind, drivers } = adapter;
  const behind = drivers.length === 0 ? '' : `, ${drivers.join(', ')}`;
  if (kind === 'software' && !software) {
    throw new DeviceFailure(
      device,
      `it is no graphics card but software on the processor${behind}. Install the Vulkan driver of the graphics card ` +
        '(in a container, make it visible there), or use the device `cpu`, which is far faster',
    );
  }
  if (checked === undefined) {
    const why = failed ?? 'its trial ended without an answer';
    throw new DeviceFailure(device, why, kind === 'hardware');
  }
  const sort = {
    hardware: 'graphics card',
    software: 'software adapter',
    unknown: 'adapter of unknown kind',
  }[kind];
  return { device, kind, words: `${device}, ${sort}${behind}`, stepMs: stepMs ?? null };
}
