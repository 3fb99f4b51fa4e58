/** A tensor in the memory of the native library. */
export interface NativeTensor {
  readonly id: number;
  readonly shape: readonly number[];
}

/**
 * The addon of `@tensorflow/tfjs-node-gpu`, below everything of TensorFlow.js: numbers of the library's C interface, and
 * what runs a graph.
 */
export interface NativeBinding {
  readonly TF_Version?: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_STRING: number;
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
