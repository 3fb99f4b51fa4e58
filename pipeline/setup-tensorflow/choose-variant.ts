import { cardObstacles, hasCodeFor } from '../../operators/engine/tensorflow/card-support.ts';
import type { NvidiaDriver } from '../../operators/engine/tensorflow/nvidia-driver.ts';
import type { GivenWheels } from './open-wheels.ts';
import type { Machine, TensorflowVariant } from './pinned-wheels.ts';

/** Criteria of a variant, first to last. */
export interface VariantSigns {
  /** By an option. */
  readonly asked: TensorflowVariant | undefined;
  /** Of an earlier setup. */
  readonly before: TensorflowVariant | undefined;
  readonly given: GivenWheels;
  /** Reason why no card here can be used, or undefined. Asked last, because it may start `nvidia-smi`. */
  readonly obstacle: () => Promise<string | undefined>;
}

/** A variant, and why where nobody asked for it. */
export interface ChosenVariant {
  readonly variant: TensorflowVariant;
  readonly because: string | undefined;
}

/** The variant that was asked for, else that of the wheels that were given, of before, or of the machine. */
export async function chooseVariant(signs: VariantSigns): Promise<ChosenVariant> {
  const { asked, before, given, obstacle } = signs;
  if (asked !== undefined) return { variant: asked, because: undefined };
  const projects = [...given.keys()];
  if (projects.includes('tensorflow-cpu') && !projects.includes('tensorflow')) {
    return { variant: 'cpu', because: 'the wheel that was given is that for the processor' };
  }
  if (projects.some((project) => project.startsWith('nvidia-'))) {
    return { variant: 'cuda', because: 'wheels of NVIDIA were given' };
  }
  if (before !== undefined) return { variant: before, because: undefined };
  const because = await obstacle();
  return because === undefined
    ? { variant: 'cuda', because: 'there is an NVIDIA card' }
    : { variant: 'cpu', because };
}

/**
 * Reason why TensorFlow can use no card of this machine, whatever is set up; undefined where there is one, or the driver
 * does not tell.
 */
export function cudaObstacle(
  driver: NvidiaDriver | undefined,
  machine: Machine,
): string | undefined {
  if (driver === undefined) return 'there is no driver of an NVIDIA card';
  if (machine !== 'x64') return `TensorFlow for \`${machine}\` computes on the processor only`;
  if (!driver.hasDevices) {
    return 'none of the devices of the NVIDIA driver is visible (in a container: `docker run --gpus all`)';
  }
  return hasCodeFor(driver) ? undefined : cardObstacles(driver).join('; ');
}
