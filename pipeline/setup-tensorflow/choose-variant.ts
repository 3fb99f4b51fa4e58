import { existsSync } from 'node:fs';
import type { TensorflowVariant } from './pinned-wheels.ts';
import type { GivenWheels } from './open-wheels.ts';

/** What a variant is chosen by, first to last. */
export interface VariantSigns {
  readonly cpu: boolean;
  readonly cuda: boolean;
  /** Of an earlier setup. */
  readonly before: TensorflowVariant | undefined;
  readonly given: GivenWheels;
  readonly hasCard: boolean;
}

/** A variant, and why where nobody asked for it. */
export interface ChosenVariant {
  readonly variant: TensorflowVariant;
  readonly because: string | undefined;
}

/** Files that the driver of an NVIDIA card makes, on Linux and in WSL 2. */
const signsOfCard = [
  '/proc/driver/nvidia/version',
  '/dev/nvidiactl',
  '/usr/lib/wsl/lib/libcuda.so.1',
];

/** Tests whether there is the driver of an NVIDIA card that TensorFlow has libraries for. */
export function hasNvidiaDriver(): boolean {
  return process.arch === 'x64' && signsOfCard.some((file) => existsSync(file));
}

/** The variant that was asked for, else that of before, of the wheels that were given, or of the machine. */
export function chooseVariant({ cpu, cuda, before, given, hasCard }: VariantSigns): ChosenVariant {
  if (cpu) return { variant: 'cpu', because: undefined };
  if (cuda) return { variant: 'cuda', because: undefined };
  const projects = [...given.keys()];
  if (projects.includes('tensorflow-cpu')) {
    return { variant: 'cpu', because: 'the wheel that was given is that for the processor' };
  }
  if (projects.some((project) => project.startsWith('nvidia-'))) {
    return { variant: 'cuda', because: 'wheels of NVIDIA were given' };
  }
  if (before !== undefined) return { variant: before, because: undefined };
  return hasCard
    ? { variant: 'cuda', because: 'there is the driver of an NVIDIA card' }
    : { variant: 'cpu', because: 'there is no driver of an NVIDIA card' };
}
