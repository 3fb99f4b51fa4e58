import { tf } from '../../tensor/tf.ts';
import { replaceKernel } from './replace-kernel.ts';

/** Values of a filter from which two passes are faster than one (measured: 3 × 3, 256 to 512 channels). */
const largeFilter = 2 ** 19;

/**
 * Transposes large filters between `[out, in, height, width]` and `[height, width, in, out]` as matrices: TensorFlow
 * reorders four axes value by value, with a stride of a whole filter, and has fast kernels for two axes and for blocks.
 *
 * @param backendName Name of a backend that has the kernel.
 */
export function transposeFiltersAsMatrices(backendName: string): void {
  replaceKernel(backendName, 'Transpose', (original) => (args) => {
    const { perm } = args.attrs as unknown as tf.TransposeAttrs;
    const way = ways[perm.join()];
    const { x } = args.inputs;
    if (way === undefined || tf.util.sizeFromShape(x!.shape) < largeFilter) return original(args);
    // Inputs of kernels are tensors.
    return tf.tidy(() => way(x as tf.Tensor4D));
  });
}

const ways: Readonly<Record<string, (filter: tf.Tensor4D) => tf.Tensor>> = {
  '2,3,1,0'(filter) {
    const [out, into, height, width] = filter.shape;
    const rows = tf.transpose(tf.reshape(filter, [out, into * height * width]));
    const blocks = tf.reshape(rows, [into, height * width, out]);
    return tf.reshape(tf.transpose(blocks, [1, 0, 2]), [height, width, into, out]);
  },
  '3,2,0,1'(filter) {
    const [height, width, into, out] = filter.shape;
    const blocks = tf.transpose(tf.reshape(filter, [height * width, into, out]), [1, 0, 2]);
    const rows = tf.reshape(blocks, [into * height * width, out]);
    return tf.reshape(tf.transpose(rows), [out, into, height, width]);
  },
};
