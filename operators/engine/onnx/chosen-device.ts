import { PipelineError } from '../../errors.ts';
import { findDevice, type FindDeviceOptions } from './find-device.ts';
import type { DeviceName } from './placement.ts';

/** A device, and what it is in words. */
export interface ChosenDevice {
  readonly device: DeviceName;
  readonly words: string;
}

/**
 * The device of this name; for `auto` the first of CUDA and WebGPU that is a graphics card, computes rightly and is
 * faster than the processor in a training step, or else the processor.
 *
 * @param find Another way to try devices, for tests.
 * @throws {PipelineError} `ERR_ENGINE` when a device that was named cannot be used (`findDevice`).
 */
export async function chosenDevice(
  wanted: DeviceName | 'auto',
  threads: number,
  options: Pick<FindDeviceOptions, 'software' | 'checkSeconds'> = {},
  find: typeof findDevice = findDevice,
): Promise<ChosenDevice> {
  const processor = `cpu, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  if (wanted === 'cpu') return { device: 'cpu', words: processor };
  if (wanted !== 'auto') return await find(wanted, { ...options, threads });
  for (const device of ['cuda', 'webgpu'] as const) {
    try {
      const { checkSeconds } = options;
      const { stepMs, words } = await find(device, { threads, checkSeconds, timed: true });
      if (stepMs !== null && stepMs.device < stepMs.processor) return { device, words };
    } catch (error) {
      // That it cannot be used is an answer; everything else is not.
      if (!(error instanceof PipelineError)) throw error;
    }
  }
  return { device: 'cpu', words: processor };
}
