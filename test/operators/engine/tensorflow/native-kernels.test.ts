import test, { type ExecutionContext } from 'ava';
import { loadTensorflow } from '../../../../operators/engine/tensorflow/load-tensorflow.ts';
import { tensorflowPackage } from '../../../../operators/engine/tensorflow/tensorflow-package.ts';
import { batchNormTrain } from '../../../../operators/tensor/batch-norm.ts';
import { relu } from '../../../../operators/tensor/relu.ts';
import { tf } from '../../../../operators/tensor/tf.ts';
import { whereTensorflowIs } from '../../../helpers/native-tensorflow.ts';
import { near, normalValues } from '../../../helpers/tensors.ts';

// In a file of its own, one after the other: the backend and the count of tensors are those of the whole process.

function normal(name: string, shape: readonly number[]): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(normalValues(size, name), [...shape]);
}

/** What is computed on the library equals the `cpu` backend, and leaves nothing behind. */
async function equalsCpu(
  t: ExecutionContext,
  compute: () => readonly tf.Tensor[],
  what: string,
): Promise<void> {
  const values = () => tf.tidy(() => compute().map((x) => x.dataSync().slice()));
  await tf.setBackend('cpu');
  const expected = values();
  await loadTensorflow(tensorflowPackage);
  const before = tf.memory().numTensors;
  const computed = values();
  t.is(tf.memory().numTensors, before, what);
  for (const [at, wanted] of expected.entries()) {
    near(t, computed[at]!, wanted, 1e-5, `${at} of ${what}`);
  }
}

await whereTensorflowIs(() => {
  // Even and odd sides, with and without a rest that the stride leaves, and windows that read beyond both ends.
  const convolutions = [
    { side: 5, window: 3, stride: 1, pad: 1 },
    { side: 7, window: 3, stride: 2, pad: 1 },
    { side: 8, window: 3, stride: 2, pad: 1 },
    { side: 8, window: 7, stride: 2, pad: 3 },
    { side: 8, window: 1, stride: 2, pad: 0 },
    { side: 9, window: 5, stride: 3, pad: 2 },
    { side: 6, window: 3, stride: 1, pad: 0 },
  ] as const;
  for (const { side, window, stride, pad } of convolutions) {
    const title = `${window} × ${window} over ${side} × ${side}, stride ${stride}, padding ${pad}`;
    test.serial(`a convolution and its gradients equal the cpu backend: ${title}`, async (t) => {
      const gradients = (): tf.Tensor[] => {
        const x = normal('x', [2, side, side, 3]);
        const filter = normal('filter', [window, window, 3, 4]);
        const sides: [number, number] = [pad, pad];
        const convolve = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
          tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, [
            [0, 0],
            sides,
            sides,
            [0, 0],
          ]);
        const y = convolve(x, filter);
        return [y, ...tf.grads(convolve)([x, filter], tf.square(y))];
      };
      await equalsCpu(t, gradients, title);
    });
  }

  test.serial('filters of any size are transposed as on the cpu backend, both ways', async (t) => {
    const compute = (): tf.Tensor[] =>
      [
        [5, 4, 3, 2],
        // Above the size from which it goes in two passes.
        [513, 129, 2, 4],
      ].map((shape) => {
        const filter = tf.reshape(
          tf.range(
            0,
            shape.reduce((a, b) => a * b),
          ),
          shape,
        );
        const turned = tf.transpose(filter, [2, 3, 1, 0]);
        const back = tf.transpose(turned, [3, 2, 0, 1]);
        return tf.concat([tf.reshape(turned, [-1]), tf.reshape(back, [-1])]);
      });
    await equalsCpu(t, compute, 'filters');
  });

  for (const side of [7, 8]) {
    test.serial(`max-pooling and its gradient equal the cpu backend: side ${side}`, async (t) => {
      const pool = (x: tf.Tensor): tf.Tensor => tf.maxPool(x as tf.Tensor4D, 3, 2, 1);
      const gradient = (): tf.Tensor[] => {
        const x = normal('x', [2, side, side, 3]);
        const y = pool(x);
        return [y, tf.grad(pool)(x, tf.square(y))];
      };
      await equalsCpu(t, gradient, 'max-pooling');
    });
  }

  for (const withResidual of [false, true]) {
    for (const withRelu of [false, true]) {
      const title = `${withResidual ? 'with' : 'without'} residual, ${withRelu ? 'with' : 'without'} ReLU`;
      test.serial(`BatchNorm in training equals the cpu backend, ${title}`, async (t) => {
        const shape = [3, 2, 5, 4];
        const normalise = ([x, scale, offset, residual]: tf.Tensor[]) =>
          batchNormTrain(x as tf.Tensor4D, scale as tf.Tensor1D, offset as tf.Tensor1D, {
            residual: residual as tf.Tensor4D | undefined,
            relu: withRelu,
          });
        await equalsCpu(
          t,
          () => {
            const args = [normal('x', shape), normal('scale', [4]), normal('offset', [4])];
            if (withResidual) args.push(normal('residual', shape));
            const { y, mean, variance } = normalise(args);
            const grads = tf.grads((...given: tf.Tensor[]) => normalise(given).y);
            return [y, mean, variance, ...grads(args, normal('dy', shape))];
          },
          title,
        );
      });
    }
  }

  test.serial(
    'BatchNorm keeps its digits where the mean is large, and takes two values',
    async (t) => {
      for (const [rows, shift] of [
        [9, 1000],
        [2, 0],
      ] as const) {
        await loadTensorflow(tensorflowPackage);
        const [variance, expected] = tf.tidy(() => {
          const x = tf.add<tf.Tensor4D>(normal('x', [rows, 1, 1, 4]), shift);
          const [scale, offset] = [tf.ones([4]), tf.zeros([4])] as [tf.Tensor1D, tf.Tensor1D];
          const { variance } = batchNormTrain(x, scale, offset, { relu: false });
          return [variance.dataSync(), tf.moments(x, [0, 1, 2]).variance.dataSync()];
        });
        // At 1000 the input itself is rounded to 6e-5.
        near(t, variance, expected, 1e-4, `${rows} rows`);
      }
    },
  );

  test.serial(
    'a ReLU, its gradient and a step equal the cpu backend, at 0 and for NaN',
    async (t) => {
      const values = [-2, -0, 0, 1e-30, 3, -1e-30, Number.POSITIVE_INFINITY, -7];
      const compute = (): tf.Tensor[] => {
        const x = tf.tensor1d(values);
        const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => relu(x))(x, normal('dy', [8]));
        return [tf.minimum(value, 9), grad, tf.step(x), tf.step(x, 0.25)];
      };
      await equalsCpu(t, compute, 'steps');
      t.true(Number.isNaN(tf.tidy(() => tf.step(tf.scalar(Number.NaN)).dataSync()[0]!)));
    },
  );
});
