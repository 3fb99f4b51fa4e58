import { batchNormKernels } from '../../tensor/batch-norm.ts';
import { biasedShare } from '../../tensor/native-variance.ts';
import { reluGradientKernel } from '../../tensor/relu-gradient.ts';
import { tf } from '../../tensor/tf.ts';
import {
  attributesOf,
  nativeBackend,
  type NativeBackend,
} from '../../tensorflow/native-backend.ts';
import { replaceKernel } from './replace-kernel.ts';

type Inputs = Parameters<tf.KernelFunc>[0]['inputs'];

/** Computation of a kernel on tensors by name. */
type Compute = (
  backend: NativeBackend,
  inputs: Inputs,
  attrs: tf.NamedAttrMap,
) => tf.TensorInfo | tf.TensorInfo[];

/**
 * Registers the library's operators for what tfjs composes of many: BatchNorm in training with its gradient, the
 * gradient of a ReLU, and `step`.
 *
 * @param backendName Is the current backend.
 */
export function registerFusedKernels(backendName: string): void {
  register(backendName, batchNormKernels.forward, normalised);
  register(backendName, batchNormKernels.gradient, normalisedGradient);
  register(backendName, reluGradientKernel, (backend, { dy, y }) =>
    backend.executeSingleOutput('ReluGrad', attributesOf(backend, { T: 'float32' }), [dy!, y!]),
  );
  replaceStep(backendName);
}

function register(backendName: string, kernelName: string, compute: Compute): void {
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs = {} }) => compute(nativeBackend(), inputs, attrs),
  });
}

/** Outputs of `FusedBatchNormV3`. */
type ForwardOutputs = [
  y: tf.Tensor,
  mean: tf.Tensor,
  unbiased: tf.Tensor,
  ...reserved: [tf.Tensor, tf.Tensor, tf.Tensor],
];

/** `[y, mean, variance, …]` with the operator's reserve spaces, whose content is the library's own. */
const normalised: Compute = (backend, { x, scale, offset }, attrs) => {
  const count = tf.util.sizeFromShape(x!.shape) / tf.util.sizeFromShape(scale!.shape);
  const none = tf.tensor1d([]);
  const [y, mean, unbiased, ...reserved] = backend.executeMultipleOutputs(
    'FusedBatchNormV3',
    normAttributes(backend, attrs),
    // Running statistics, which the operator does not read in training.
    [x!, scale!, offset!, none, none],
    6,
  ) as ForwardOutputs;
  const variance = tf.mul(unbiased, biasedShare(count));
  tf.dispose([none, unbiased]);
  return [y, mean, variance, ...reserved];
};

/** `[dx, dScale, dOffset]`. */
const normalisedGradient: Compute = (backend, inputs, attrs) => {
  const { x, dy, scale, saved0, saved1, saved2 } = inputs;
  const outputs = backend.executeMultipleOutputs(
    'FusedBatchNormGradV3',
    normAttributes(backend, attrs),
    [dy!, x!, scale!, saved0!, saved1!, saved2!],
    5,
  );
  // The last two belong to inference.
  tf.dispose(outputs.slice(3));
  return outputs.slice(0, 3);
};

function normAttributes(backend: NativeBackend, attrs: tf.NamedAttrMap) {
  return attributesOf(backend, {
    T: 'float32',
    U: 'float32',
    epsilon: { number: Number(attrs['epsilon']) },
    data_format: { text: 'NHWC' },
    is_training: true,
  });
}

/** `step` of a slope of 0 as `sign(relu(x))`, which is 1 above 0, 0 up to it, and NaN for NaN. */
function replaceStep(backendName: string): void {
  replaceKernel(backendName, 'Step', (original) => (args) => {
    const { alpha } = args.attrs as unknown as tf.StepAttrs;
    const { x } = args.inputs;
    if (alpha !== 0 || x!.dtype !== 'float32') return original(args);
    const backend = nativeBackend();
    const attributes = attributesOf(backend, { T: 'float32' });
    const positive = backend.executeSingleOutput('Relu', attributes, [x!]);
    const step = backend.executeSingleOutput('Sign', attributes, [positive]);
    positive.dispose();
    return step;
  });
}
