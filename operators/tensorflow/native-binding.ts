import { tf } from '../tensor/tf.ts';

/** A tensor in the memory of the native library. */
export interface NativeTensor {
  readonly id: number;
  readonly shape: readonly number[];
}

/** Members of the addon of `@tensorflow/tfjs-node-gpu` that run a graph, below everything of TensorFlow.js. */
export interface NativeBinding {
  readonly TF_INT32: number;
  createTensor(shape: readonly number[], type: number, values: Int32Array): number;
  deleteTensor(id: number): void;
  /** A copy. */
  tensorDataSync(id: number): Float32Array;
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  /** @param inputNames Joined by commas, as are the outputs. Blocks its thread. */
  runSavedModel(
    id: number,
    inputs: readonly number[],
    inputNames: string,
    outputNames: string,
  ): readonly NativeTensor[];
}

/** The addon behind the current backend. @throws {TypeError} When that is another one. */
export function nativeBinding(): NativeBinding {
  const { binding } = tf.backend() as unknown as { readonly binding?: NativeBinding };
  if (binding === undefined) throw new TypeError('Expected the backend `tensorflow`');
  return binding;
}
