import { tf } from './tf.ts';

/** True when the current backend has this custom kernel. */
export function hasKernel(name: string): boolean {
  // Undefined where there is none, whatever the type says.
  return (tf.getKernel(name, tf.getBackend()) as tf.KernelConfig | undefined) !== undefined;
}
