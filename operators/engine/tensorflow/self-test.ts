import { messageOf } from '../../errors.ts';
import { batchNormTrain } from '../../tensor/batch-norm.ts';
import { tf, type TensorsByName } from '../../tensor/tf.ts';
import { normalTensor } from './normal-tensor.ts';
import { TensorflowFailure } from './tensorflow-failure.ts';
import { largestDifference } from '../interface/largest-difference.ts';

/**
 * Tolerance over the largest absolute value of a tensor: graphics cards multiply with the 10 bits
 * of TF32.
 */
const tolerance = 3e-2;

interface Computation {
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly compute: (inputs: TensorsByName) => TensorsByName;
}

/**
 * Operators of a training step with their gradients, in the sizes and paddings that backends differ
 * in.
 */
const computations: Readonly<Record<string, Computation>> = {
  'a convolution': {
    inputs: { x: [2, 7, 7, 3], filter: [3, 3, 3, 4], dy: [2, 4, 4, 4] },
    compute: ({ x, filter, dy }) => {
      const convolve = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
        tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, 1);
      const [dx, dFilter] = tf.grads(convolve)([x!, filter!], dy);
      return { y: convolve(x!, filter!), dx: dx!, dFilter: dFilter! };
    },
  },
  'BatchNorm with a ReLU': {
    inputs: { x: [3, 5, 4, 8], scale: [8], offset: [8], dy: [3, 5, 4, 8] },
    compute: ({ x, scale, offset, dy }) => {
      const normalise = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) =>
        batchNormTrain(x as tf.Tensor4D, scale as tf.Tensor1D, offset as tf.Tensor1D, {
          relu: true,
        });
      const [dx, dScale, dOffset] = tf.grads(
        (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) => normalise(x, scale, offset).y,
      )([x!, scale!, offset!], dy);
      const { y, mean, variance } = normalise(x!, scale!, offset!);
      return { y, mean, variance, dx: dx!, dScale: dScale!, dOffset: dOffset! };
    },
  },
  'max-pooling': {
    inputs: { x: [2, 7, 7, 4], dy: [2, 4, 4, 4] },
    compute: ({ x, dy }) => {
      const pool = (x: tf.Tensor): tf.Tensor => tf.maxPool(x as tf.Tensor4D, 3, 2, 1);
      return { y: pool(x!), dx: tf.grad(pool)(x!, dy) };
    },
  },
  'a product of long rows': {
    inputs: { a: [4, 2048], b: [8, 2048] },
    compute: ({ a, b }) => ({ product: tf.matMul(a!, b!, false, true) }),
  },
};

/**
 * Compares what a backend computes with the plain JavaScript reference.
 *
 * @param backend Is the current one afterwards.
 * @throws {TensorflowFailure} `numbers`, naming what differs and by how much; `broken` when an operator fails.
 */
export async function selfTest(backend: string): Promise<void> {
  for (const [what, computation] of Object.entries(computations)) {
    const expected = await computedOn('cpu', computation);
    const computed = await computedOn(backend, computation).catch((error: unknown) => {
      throw new TensorflowFailure('broken', `${what} failed: ${messageOf(error)}`, {
        cause: error,
      });
    });
    for (const [name, values] of expected) {
      const off = largestDifference(computed.get(name)!, values);
      // `>` would let NaN pass.
      if (off <= tolerance) continue;
      const size = `\`${off.toPrecision(2)}\` of its largest value`;
      throw new TensorflowFailure('numbers', `\`${name}\` of ${what} is off by ${size}`);
    }
  }
}

async function computedOn(
  backend: string,
  { inputs, compute }: Computation,
): Promise<ReadonlyMap<string, Float32Array>> {
  await tf.setBackend(backend);
  const outputs = tf.tidy(() =>
    compute(
      Object.fromEntries(
        Object.entries(inputs).map(([name, shape]) => [name, normalTensor(name, shape)]),
      ),
    ),
  );
  const values = Object.entries(outputs).map(
    // Every output is float32.
    ([name, tensor]) => [name, tensor.dataSync().slice() as Float32Array] as const,
  );
  tf.dispose(outputs);
  return new Map(values);
}
