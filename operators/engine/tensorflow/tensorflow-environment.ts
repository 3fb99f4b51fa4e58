/**
 * Environment variables of TensorFlow. The native library reads them when it is loaded, so they
 * must stand in the environment of the process: that of a worker thread is a copy that native code
 * does not see. Without the first, TensorFlow takes the whole memory of the card.
 */
export const tensorflowEnvironment: Readonly<Record<string, string>> = {
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
};
