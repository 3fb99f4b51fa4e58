import test from 'ava';
import { batchNormTrain } from '../../../../operators/tensor/batch-norm.ts';
import { trace } from '../../../../operators/onnx/trace.ts';
import { tf } from '../../../../operators/tensor/tf.ts';
import { type TensorFunction, tracedEqualsCpu } from '../../../helpers/traced-equals-cpu.ts';

const image = { shape: [3, 4, 4, 5], order: [0, 3, 1, 2] };
const channels = { shape: [5] };
const inputs = { x: image, scale: channels, offset: channels, residual: image, dy: image };

/** Everything that BatchNorm in training gives, its gradient for `dy` included. */
const normalised: TensorFunction = ({ x, scale, offset, residual, dy }) => {
  const normalise = (...[x, scale, offset, residual]: tf.Tensor[]) =>
    batchNormTrain(x as tf.Tensor4D, scale as tf.Tensor1D, offset as tf.Tensor1D, {
      residual: residual as tf.Tensor4D,
      relu: true,
    });
  const all = [x!, scale!, offset!, residual!];
  const [dx, dScale, dOffset, dResidual] = tf.grads((...all) => normalise(...all).y)(all, dy);
  const { y, mean, variance } = normalise(...all);
  return { y, mean, variance, dx: dx!, dScale: dScale!, dOffset: dOffset!, dResidual: dResidual! };
};

test('for devices, BatchNorm in training: results and gradients equal the cpu backend', async (t) => {
  await tracedEqualsCpu(t, inputs, normalised, { kind: 'portable' });
});

test('a mean of ten thousand deviations leaves the variance its digits', async (t) => {
  const values = Array.from({ length: 3 * 4 * 4 * 5 }, (_, at) => 10_000 + (at % 7));
  const statistics: TensorFunction = ({ x, scale, offset }) => {
    const { variance } = batchNormTrain(
      x as tf.Tensor4D,
      scale as tf.Tensor1D,
      offset as tf.Tensor1D,
      { relu: false },
    );
    return { variance };
  };
  const { scale, offset } = inputs;
  const shifted = { x: { ...image, values }, scale, offset };
  await tracedEqualsCpu(t, shifted, statistics, { kind: 'portable' });
});

test('the training mode of BatchNormalization, which devices lack, is not asked for', (t) => {
  const ports = Object.entries(inputs).map(([name, { shape }]) => ({
    name,
    shape,
    dtype: 'float32' as const,
  }));
  const textOf = (model: Uint8Array): string => Buffer.from(model).toString('latin1');
  t.true(textOf(trace(ports, normalised)).includes('training_mode'));
  t.false(
    textOf(trace(ports, normalised, { target: { kind: 'portable' } })).includes('training_mode'),
  );
});
