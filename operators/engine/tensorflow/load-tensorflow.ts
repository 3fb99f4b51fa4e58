import { createRequire } from 'node:module';
import { messageOf } from '../../errors.ts';
import { tf } from '../../tensor/tf.ts';
import { padExplicitly } from './explicit-padding.ts';
import { transposeFiltersAsMatrices } from './filter-transpose.ts';
import { registerFusedKernels } from './fused-kernels.ts';
import { nativeBackend, runsOperators } from '../../tensorflow/native-backend.ts';
import { keepingAddons } from './keep-addons.ts';
import { restoreUtil } from './restore-util.ts';
import { TensorflowFailure } from './tensorflow-failure.ts';
import { tensorflowBackend } from './tensorflow-package.ts';

/** The loaded TensorFlow. */
export interface LoadedTensorflow {
  /** Version of the package, and of the library in it. */
  readonly version: string;
  readonly library: string;
  /** True when it computes on a graphics card. */
  readonly usesGpu: boolean;
}

/** Exports of the package besides TensorFlow.js. */
interface TensorflowExports {
  readonly Tensor: unknown;
  readonly version: Readonly<Record<string, string>>;
}

/**
 * Loads TensorFlow into this thread, and makes it the backend that `tf` computes with.
 *
 * There must be one TensorFlow.js only: tensors, kernels and gradients are registered in it, and the package adds its
 * own to the one that it finds. Its library stays in the process when this thread ends.
 *
 * @param from Name of the package, or where it lies.
 * @throws {TensorflowFailure} When it does not load.
 */
export async function loadTensorflow(from: string): Promise<LoadedTensorflow> {
  restoreUtil();
  const known = tf.findBackendFactory(tensorflowBackend) !== null;
  // The package says what it exports.
  const loaded = requirePackage(from) as TensorflowExports;
  if (loaded.Tensor !== tf.Tensor) {
    throw new TensorflowFailure(
      'copies',
      '`@tensorflow/tfjs-node-gpu` brings a `@tensorflow/tfjs` of its own',
    );
  }
  if (tf.findBackendFactory(tensorflowBackend) === null || !(await started())) {
    throw new TensorflowFailure('broken', 'its backend did not start');
  }
  // Wrapped once, where the kernels were registered.
  const backend = nativeBackend();
  if (!known) {
    padExplicitly(tensorflowBackend);
    transposeFiltersAsMatrices(tensorflowBackend);
    if (runsOperators(backend)) registerFusedKernels(tensorflowBackend);
  }
  return {
    version: loaded.version['tfjs-node'] ?? 'unknown',
    library: backend.binding?.TF_Version ?? 'unknown',
    usesGpu: backend.isUsingGpuDevice,
  };
}

async function started(): Promise<boolean> {
  try {
    return await tf.setBackend(tensorflowBackend);
  } catch (error) {
    throw new TensorflowFailure('broken', `its backend did not start: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function requirePackage(from: string): unknown {
  try {
    return keepingAddons(() => createRequire(import.meta.url)(from) as unknown);
  } catch (error) {
    throw loadFailure(from, error);
  }
}

/** Classifies the error of a package that did not load. */
function loadFailure(from: string, error: unknown): TensorflowFailure {
  const text = messageOf(error).trim();
  const [first = text] = text.split('\n');
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const options = { cause: error };
  if (code === 'MODULE_NOT_FOUND' && first.includes(from)) {
    return new TensorflowFailure('absent', '`@tensorflow/tfjs-node-gpu` is not installed', options);
  }
  if (/native addon module/u.test(text)) {
    return new TensorflowFailure('addon', 'its native addon is not there', options);
  }
  if (/NODE_MODULE_VERSION|different Node\.js version/u.test(text)) {
    const what = `its native addon was built for another Node than ${process.version}`;
    return new TensorflowFailure('abi', what, options);
  }
  if (code === 'ERR_DLOPEN_FAILED') {
    return new TensorflowFailure('libraries', `its native addon did not load: ${first}`, options);
  }
  return new TensorflowFailure('broken', `it did not load: ${first}`, options);
}
