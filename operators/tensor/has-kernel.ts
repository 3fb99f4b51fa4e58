import { tf } from './tf.ts';

/** Whether the current backend has this kernel: the functions of ours that it may have are no ops of tfjs. */
export function hasKernel(name: string): boolean {
  // Undefined where there is none, whatever the type says.
  return (tf.getKernel(name, tf.getBackend()) as tf.KernelConfig | undefined) !== undefined;
}
