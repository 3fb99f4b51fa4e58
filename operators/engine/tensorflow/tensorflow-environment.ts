import { kernelCacheBytes } from './kernel-cache.ts';

/**
 * Environment variables of TensorFlow and CUDA. Native libraries read them when they are loaded, so they must stand in
 * the environment of the process: that of a worker thread is a copy that native code does not see. Without the first,
 * TensorFlow takes the whole memory of the card. The others are of kernels that the driver compiles for cards without
 * machine code: all that were compiled are kept, and only those that are used are compiled, which drivers before CUDA
 * 12.2 do not do by themselves. The last keeps notes without a warning in them off the terminal.
 */
export const tensorflowEnvironment: Readonly<Record<string, string>> = {
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  CUDA_CACHE_MAXSIZE: String(kernelCacheBytes),
  CUDA_MODULE_LOADING: 'LAZY',
  TF_CPP_MIN_LOG_LEVEL: '1',
};

/** The variables that `env` does not set: whoever sets one means it. */
export function unsetVariables(
  env: NodeJS.ProcessEnv = process.env,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(tensorflowEnvironment).filter(([name]) => env[name] === undefined),
  );
}
