/** Variable of the environment that turns oneDNN on or off; TensorFlow reads it when its library is loaded. */
export const oneDnnVariable = 'TF_ENABLE_ONEDNN_OPTS';

/** A speed-up below this share is noise. */
const worthwhile = 0.95;

/** Choice between the kernels of oneDNN and TensorFlow's own on the processor. */
export interface OneDnnChoice {
  readonly used: boolean;
  /** Such as `slower in a trial`. */
  readonly reason: string;
}

/** Measurements of a trial on the processor, of a library whose numbers are right. */
export interface KernelTrial {
  /** True when it computed with oneDNN. */
  readonly usesOneDnn: boolean;
  /** Milliseconds of a layer with its gradient. */
  readonly layerMs: number;
}

/** True when the library says that it computes with oneDNN. */
export function saysOneDnn(printed: string): boolean {
  return printed.includes('oneDNN custom operations are on');
}

/**
 * The choice after one trial; undefined where another one with oneDNN has to be made, because the library does not take
 * it by itself for this processor, and nobody has said anything.
 *
 * @param variable The value of `oneDnnVariable`, or undefined where it is not set.
 */
export function choiceWithout(
  { usesOneDnn }: Pick<KernelTrial, 'usesOneDnn'>,
  variable: string | undefined,
): OneDnnChoice | undefined {
  if (variable !== undefined) {
    return { used: usesOneDnn, reason: `\`${oneDnnVariable}\` is \`${variable}\`` };
  }
  return usesOneDnn ? { used: true, reason: 'as TensorFlow does here' } : undefined;
}

/**
 * The choice after two trials.
 *
 * @param without The trial without oneDNN.
 * @param withIt The trial with it, or what was wrong with it.
 */
export function choiceAfter(
  without: KernelTrial,
  withIt: KernelTrial | { readonly wrong: string },
): OneDnnChoice {
  if ('wrong' in withIt) return { used: false, reason: withIt.wrong };
  if (!withIt.usesOneDnn) return { used: false, reason: 'the library has none' };
  const used = withIt.layerMs < worthwhile * without.layerMs;
  return { used, reason: used ? 'faster in a trial' : 'slower in a trial' };
}

/** A choice in words, such as `with oneDNN` for the name of a device. */
export function oneDnnWords({ used, reason }: OneDnnChoice): string {
  return used ? 'with oneDNN' : `without oneDNN (${reason})`;
}
