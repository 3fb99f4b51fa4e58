import { tf } from '../../tensor/tf.ts';

type KernelArguments = Parameters<tf.KernelFunc>[0];

/** Zeros or other values around images, `[[0, 0], [top, bottom], [left, right], [0, 0]]`. */
type ImagePadding = [[0, 0], [number, number], [number, number], [0, 0]];

/**
 * Adds explicit padding, in pixels, to the convolutions and the max-pooling of a backend.
 *
 * tfjs-node takes it in the forward convolution only, and throws in both of its gradients and in the pooling. So images
 * are padded first, the kernel runs with `valid`, and the gradient of the padding is cut off.
 *
 * @param backend Name of a backend that has these kernels.
 */
export function padExplicitly(backend: string): void {
  wrap(backend, 'Conv2D', (kernel, args, padding) =>
    kernel(args, { ...args.inputs, x: padded(args.inputs['x'], padding, 0) }),
  );
  wrap(backend, 'Conv2DBackpropFilter', (kernel, args, padding) =>
    kernel(args, { ...args.inputs, x: padded(args.inputs['x'], padding, 0) }),
  );
  wrap(backend, 'Conv2DBackpropInput', (kernel, args, padding) => {
    // The attribute of this kernel.
    const inputShape = args.attrs!['inputShape'] as [number, number, number, number];
    const whole = inputShape.map((length, axis) => length + padding[axis]![0] + padding[axis]![1]);
    return cut(kernel(args, args.inputs, { inputShape: whole }), padding, inputShape);
  });
  wrap(backend, 'MaxPool', (kernel, args, padding) =>
    kernel(args, { ...args.inputs, x: padded(args.inputs['x'], padding, -Infinity) }),
  );
  wrap(backend, 'MaxPoolGrad', (kernel, args, padding) => {
    const { input } = args.inputs;
    const around = { ...args.inputs, input: padded(input, padding, -Infinity) };
    return cut(kernel(args, around), padding, tensorOf(input).shape);
  });
}

/** The backend's kernel with `valid` padding, on other inputs and attributes. */
type ValidKernel = (
  args: KernelArguments,
  inputs: KernelArguments['inputs'],
  attrs?: tf.NamedAttrMap,
) => tf.TensorInfo;

function wrap(
  backendName: string,
  kernelName: string,
  compute: (kernel: ValidKernel, args: KernelArguments, padding: ImagePadding) => tf.TensorInfo,
): void {
  const original = tf.getKernel(kernelName, backendName);
  const valid: ValidKernel = (args, inputs, attrs) =>
    // Each of these kernels has one result.
    original.kernelFunc({
      ...args,
      inputs,
      attrs: { ...args.attrs, ...attrs, pad: 'valid' },
    }) as tf.TensorInfo;
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    ...original,
    kernelFunc: (args) => {
      const padding = explicitPadding(args.attrs?.['pad']);
      if (padding === undefined) return original.kernelFunc(args);
      // Frees what was padded. A result that is no tensor yet is none of its business.
      return tf.tidy(() => compute(valid, args, padding) as tf.Tensor);
    },
  });
}

/** Undefined for `same` and `valid`, which the kernels know. */
function explicitPadding(pad: unknown): ImagePadding | undefined {
  if (typeof pad === 'number') {
    return [
      [0, 0],
      [pad, pad],
      [pad, pad],
      [0, 0],
    ];
  }
  return Array.isArray(pad) ? (pad as ImagePadding) : undefined;
}

function padded(
  images: tf.TensorInfo | undefined,
  padding: ImagePadding,
  value: number,
): tf.Tensor {
  return tf.pad(tensorOf(images), padding, value);
}

function cut(whole: tf.TensorInfo, padding: ImagePadding, shape: readonly number[]): tf.Tensor {
  const begin = padding.map(([before]) => before);
  return tf.slice(tensorOf(whole), begin, [...shape]);
}

/** Inputs of kernels are tensors; results may be what a tensor is yet to be made of. */
function tensorOf(info: tf.TensorInfo | undefined): tf.Tensor {
  if (info === undefined) throw new TypeError('Expected the images of the kernel');
  return info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info);
}
