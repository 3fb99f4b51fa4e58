import test from 'ava';
import { trace } from '../../../../operators/onnx/trace.ts';
import { tf } from '../../../../operators/tensor/tf.ts';
import { tracedEqualsCpu } from '../../../helpers/traced-equals-cpu.ts';

for (const [transposeA, transposeB] of [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const) {
  test(`product, transposed ${transposeA} and ${transposeB}: value and gradients`, async (t) => {
    const a = { shape: transposeA ? [4, 3] : [3, 4] };
    const b = { shape: transposeB ? [5, 4] : [4, 5] };
    await tracedEqualsCpu(t, { a, b, dy: { shape: [3, 5] } }, ({ a, b, dy }) => {
      const product = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
        tf.matMul(a, b, transposeA, transposeB);
      const [da, db] = tf.grads(product)([a!, b!], dy);
      const behind = tf.matMul(tf.transpose(a!), tf.transpose(b!), !transposeA, !transposeB);
      return { value: product(a!, b!), behind, da: da!, db: db! };
    });
  });
}

test('refuses stacks of matrices', (t) => {
  const inputs = [{ name: 'x', shape: [2, 3, 3], dtype: 'float32' }] as const;
  t.throws(() => trace(inputs, ({ x }) => ({ y: tf.matMul(x!, x!) })), { message: /matrices/ });
});
