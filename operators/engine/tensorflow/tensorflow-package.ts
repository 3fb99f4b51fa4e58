/** The package that brings TensorFlow with CUDA. Optional, so nothing imports it by its name or takes its types. */
export const tensorflowPackage = '@tensorflow/tfjs-node-gpu';

/** Name of the backend that it registers. */
export const tensorflowBackend = 'tensorflow';
