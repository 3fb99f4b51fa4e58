import type { TensorflowVariant } from './pinned-wheels.ts';
import type { GivenWheels } from './open-wheels.ts';

/** What a variant is chosen by, first to last. */
export interface VariantSigns {
  /** By an option. */
  readonly asked: TensorflowVariant | undefined;
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

/** The variant that was asked for, else that of the wheels that were given, of before, or of the machine. */
export function chooseVariant({ asked, before, given, hasCard }: VariantSigns): ChosenVariant {
  if (asked !== undefined) return { variant: asked, because: undefined };
  const projects = [...given.keys()];
  if (projects.includes('tensorflow-cpu') && !projects.includes('tensorflow')) {
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
