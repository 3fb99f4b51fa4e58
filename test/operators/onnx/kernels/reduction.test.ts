import test from 'ava';
import { tf } from '../../../../operators/tensor/tf.ts';
import { tracedEqualsCpu } from '../../../helpers/traced-equals-cpu.ts';

const axes = [[0], [1], [3], [0, 1], [1, 2], [0, 1, 2], [0, 3], [1, 3], [0, 1, 2, 3], undefined];

for (const [name, op] of Object.entries({ sum: tf.sum, mean: tf.mean, max: tf.max, min: tf.min })) {
  for (const order of [
    [0, 1, 2, 3],
    [0, 3, 1, 2],
  ]) {
    test(`${name} over axes stored as ${order.join()} equals the cpu backend`, async (t) => {
      const x = { shape: [2, 3, 4, 5], order };
      await tracedEqualsCpu(t, { x }, ({ x }) =>
        Object.fromEntries(
          axes.flatMap((axis) => [
            [`over ${String(axis)}`, op(x!, axis)],
            [`over ${String(axis)}, kept`, op(x!, axis, true)],
          ]),
        ),
      );
    });
  }
}

test('gradients of sum and mean equal the cpu backend', async (t) => {
  const inputs = { x: { shape: [2, 3, 4, 5], order: [0, 3, 1, 2] }, w: { shape: [2, 5] } };
  await tracedEqualsCpu(t, inputs, ({ x, w }) => ({
    sum: tf.grad((x) => tf.mul(tf.sum(x, [1, 2]), w!))(x!),
    mean: tf.grad((x) => tf.mul(tf.mean(x, [1, 2]), w!))(x!),
  }));
});
