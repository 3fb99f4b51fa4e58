import test from 'ava';
import { tf } from '../../../../operators/tensor/tf.ts';
import { batchNormTrain } from '../../../../operators/tensor/batch-norm.ts';
import {
  batchNormCases,
  batchNormEqualsCpu,
  batchNormTitle,
} from '../../../helpers/batch-norm-case.ts';
import { nchwcTarget } from '../../../helpers/nchwc-target.ts';
import { type CaseInput, tracedEqualsCpu } from '../../../helpers/traced-equals-cpu.ts';

const image: CaseInput = { shape: [6, 5, 4, 32] };

for (const one of batchNormCases) {
  test(`in NCHWc, BatchNorm in training ${batchNormTitle(one)}: results and gradients equal the cpu backend`, async (t) => {
    const target = await nchwcTarget(t);
    if (target !== undefined) await batchNormEqualsCpu(t, image, one, target);
  });
}

test('a mean of three deviations keeps its digits', async (t) => {
  const target = await nchwcTarget(t);
  if (target === undefined) return;
  const channels = { shape: [32] };
  const inputs = { x: image, scale: channels, offset: channels };
  await tracedEqualsCpu(
    t,
    inputs,
    ({ x, scale, offset }) => {
      const shifted = tf.add<tf.Tensor4D>(x!, 3);
      const [a, b] = [scale as tf.Tensor1D, offset as tf.Tensor1D];
      const { y, mean, variance } = batchNormTrain(shifted, a, b, { relu: false });
      return { y, mean, variance };
    },
    target,
  );
});

test('equal values in a channel have a variance of 0, not less', async (t) => {
  const target = await nchwcTarget(t);
  if (target === undefined) return;
  const values = Array.from({ length: 6 * 5 * 4 * 32 }, (_, at) => 1.1 + (at % 32) / 7);
  const channels = { shape: [32] };
  await tracedEqualsCpu(
    t,
    { x: { ...image, values }, scale: channels, offset: channels },
    ({ x, scale, offset }) => {
      const [a, b] = [scale as tf.Tensor1D, offset as tf.Tensor1D];
      const { mean, variance } = batchNormTrain(x as tf.Tensor4D, a, b, { relu: false });
      // Rounding leaves some 1e-7 of the square of the mean, which nothing divides by.
      return { mean, isLow: tf.lessEqual(variance, 1e-4), isNegative: tf.less(variance, 0) };
    },
    target,
  );
});
