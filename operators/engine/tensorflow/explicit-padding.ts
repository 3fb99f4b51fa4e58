import { tf } from '../../tensor/tf.ts';
import { type ImagePadding, nativePadding } from '../../tensor/native-padding.ts';
import { replaceKernel } from './replace-kernel.ts';

type KernelArguments = Parameters<tf.KernelFunc>[0];
type Size = readonly [height: number, width: number];

/** Height and width of images and of the window over them, from what a kernel is given. */
type Sizes = (args: KernelArguments) => {
  readonly images: Size;
  readonly window: Size;
};

/**
 * Adds explicit padding, in pixels, to the convolutions and the max-pooling of a backend.
 *
 * tfjs-node takes it in the forward convolution only, and throws in both of its gradients and in the pooling. Where
 * `same` means that padding, the kernel runs with `same`. Elsewhere images are padded first, the kernel runs with `valid`,
 * and the gradient of the padding is cut off: the gradients of TensorFlow have fast kernels for these two only.
 *
 * @param backend Name of a backend that has these kernels.
 */
export function padExplicitly(backend: string): void {
  const paddedInput =
    (name: string, value: number): OnPadded =>
    (kernel, args, around) =>
      kernel(args, { ...args.inputs, [name]: padded(args.inputs[name], around, value) });

  wrap(backend, 'Conv2D', convolved('x'), paddedInput('x', 0));
  wrap(backend, 'Conv2DBackpropFilter', filterOf, paddedInput('x', 0));
  wrap(backend, 'Conv2DBackpropInput', inputOf, (kernel, args, around) => {
    const [rows, height, width, channels] = inputShapeOf(args);
    const [[top, bottom], [left, right]] = around;
    const inputShape = [rows, height + top + bottom, width + left + right, channels];
    return cut(kernel(args, args.inputs, { inputShape }), around, inputShapeOf(args));
  });
  wrap(backend, 'MaxPool', pooled('x'), paddedInput('x', -Infinity));
  wrap(backend, 'MaxPoolGrad', pooled('input'), (kernel, args, around) => {
    const whole = paddedInput('input', -Infinity)(kernel, args, around);
    return cut(whole, around, tensorOf(args.inputs['input']).shape);
  });
}

const convolved =
  (images: string): Sizes =>
  ({ inputs, attrs }) => {
    const [height, width] = tensorOf(inputs['filter']).shape as [number, number];
    const [down, across] = pair(attrs?.['dilations']);
    const window = [(height - 1) * down + 1, (width - 1) * across + 1] as const;
    return { images: sideLengths(tensorOf(inputs[images]).shape), window };
  };

const filterOf: Sizes = ({ inputs, attrs }) => ({
  images: sideLengths(tensorOf(inputs['x']).shape),
  // The attribute of this kernel: `[height, width, in, out]`.
  window: attrs!['filterShape'] as [number, number],
});

const inputOf: Sizes = (args) => ({
  images: sideLengths(inputShapeOf(args)),
  window: tensorOf(args.inputs['filter']).shape as [number, number],
});

const pooled =
  (images: string): Sizes =>
  ({ inputs, attrs }) => ({
    images: sideLengths(tensorOf(inputs[images]).shape),
    window: pair(attrs?.['filterSize']),
  });

/** The kernel with one of the two paddings that it knows, on other inputs and attributes. */
type PlainKernel = (
  args: KernelArguments,
  inputs: KernelArguments['inputs'],
  attrs?: tf.NamedAttrMap,
) => tf.TensorInfo;

type OnPadded = (kernel: PlainKernel, args: KernelArguments, around: ImagePadding) => tf.TensorInfo;

function wrap(backendName: string, kernelName: string, sizes: Sizes, onPadded: OnPadded): void {
  replaceKernel(backendName, kernelName, (original) => {
    const kernelWith =
      (pad: 'same' | 'valid'): PlainKernel =>
      (args, inputs, attrs) =>
        // Each of these kernels has one result.
        original({ ...args, inputs, attrs: { ...args.attrs, ...attrs, pad } }) as tf.TensorInfo;
    return (args) => {
      const padding = explicitPadding(args.attrs?.['pad']);
      if (padding === undefined) return original(args);
      const native = paddingFor(args, sizes(args), padding);
      if (native.pad === 'same') return kernelWith('same')(args, args.inputs);
      const { around } = native;
      if (isNothing(around)) return kernelWith('valid')(args, args.inputs);
      // Frees what was padded. A result that is no tensor yet is none of its business.
      return tf.tidy(() => onPadded(kernelWith('valid'), args, around) as tf.Tensor);
    };
  });
}

function paddingFor(
  { attrs }: KernelArguments,
  { images, window }: ReturnType<Sizes>,
  padding: ImagePadding,
): ReturnType<typeof nativePadding> {
  const strides = pair(attrs?.['strides']);
  const axis = (at: 0 | 1) => ({ size: images[at], window: window[at], stride: strides[at] });
  return nativePadding([axis(0), axis(1)], padding);
}

/** Undefined for `same` and `valid`, which the kernels know. */
function explicitPadding(pad: unknown): ImagePadding | undefined {
  if (typeof pad === 'number') {
    return [
      [pad, pad],
      [pad, pad],
    ];
  }
  // As tfjs takes it, with the axes of rows and channels around.
  if (Array.isArray(pad)) return [pad[1], pad[2]] as unknown as ImagePadding;
  return undefined;
}

function isNothing(around: ImagePadding): boolean {
  return around.flat().every((pixels) => pixels === 0);
}

/** Two sizes, which tfjs takes as one number where they are equal. */
function pair(value: unknown): Size {
  return typeof value === 'number' ? [value, value] : ((value ?? [1, 1]) as Size);
}

function sideLengths(shape: readonly number[]): Size {
  return [shape[1]!, shape[2]!];
}

function inputShapeOf({ attrs }: KernelArguments): [number, number, number, number] {
  // The attribute of this kernel.
  return attrs!['inputShape'] as [number, number, number, number];
}

function padded(
  images: tf.TensorInfo | undefined,
  [height, width]: ImagePadding,
  value: number,
): tf.Tensor {
  return tf.pad(tensorOf(images), [[0, 0], [...height], [...width], [0, 0]], value);
}

function cut(whole: tf.TensorInfo, around: ImagePadding, shape: readonly number[]): tf.Tensor {
  const [[top], [left]] = around;
  return tf.slice(tensorOf(whole), [0, top, left, 0], [...shape]);
}

/** Inputs of kernels are tensors; results may be what a tensor is yet to be made of. */
function tensorOf(info: tf.TensorInfo | undefined): tf.Tensor {
  if (info === undefined) throw new TypeError('Expected the images of the kernel');
  return info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info);
}
