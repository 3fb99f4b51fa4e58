import { tf } from '../../tensor/tf.ts';

/**
 * Registers another kernel in the place of one that a backend has.
 *
 * @param kernelFunc Makes it from the original.
 */
export function replaceKernel(
  backendName: string,
  kernelName: string,
  kernelFunc: (original: tf.KernelFunc) => tf.KernelFunc,
): void {
  const original = tf.getKernel(kernelName, backendName);
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...original, kernelFunc: kernelFunc(original.kernelFunc) });
}
