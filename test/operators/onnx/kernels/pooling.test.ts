import test from 'ava';
import { tf } from '../../../../operators/tensor/tf.ts';
import { seededRandom } from '../../../../operators/random.ts';
import { tracedEqualsCpu } from '../../../helpers/traced-equals-cpu.ts';

interface PoolingCase {
  readonly image: readonly [number, number, number, number];
  readonly size: number;
  readonly stride: number;
  readonly pad: number | 'same' | 'valid';
}

const cases: readonly PoolingCase[] = [
  { image: [3, 8, 8, 4], size: 3, stride: 2, pad: 1 },
  { image: [2, 7, 9, 3], size: 3, stride: 2, pad: 1 },
  { image: [2, 7, 6, 3], size: 3, stride: 1, pad: 1 },
  { image: [1, 1, 1, 2], size: 3, stride: 2, pad: 1 },
  { image: [2, 8, 7, 3], size: 3, stride: 2, pad: 'same' },
  { image: [2, 8, 7, 3], size: 2, stride: 2, pad: 'valid' },
  { image: [2, 9, 8, 1], size: 3, stride: 4, pad: 0 },
];

for (const { image, size, stride, pad } of cases) {
  const title = `${image.join(' × ')} by ${size} with stride ${stride}, pad ${pad}`;
  const pool = (x: tf.Tensor): tf.Tensor => tf.maxPool(x as tf.Tensor4D, size, stride, pad);
  const weighed = (x: tf.Tensor): tf.Tensor => {
    const y = pool(x);
    // Any weights that differ from place to place.
    const places = Float32Array.from({ length: y.size }, (_, at) => Math.cos(at));
    return tf.mul(y, tf.tensor(places, y.shape));
  };

  for (const kind of ['different', 'tied'] as const) {
    test(`max-pooling of ${title}, ${kind} values: value and gradient equal the cpu backend`, async (t) => {
      const random = seededRandom('pooling', title);
      const length = image.reduce((product, side) => product * side, 1);
      // Of three values every window of 3 × 3 has its maximum more than once.
      const values = Array.from({ length }, () =>
        kind === 'tied' ? random.below(3) - 1 : random.normal(),
      );
      await tracedEqualsCpu(t, { x: { shape: image, values } }, ({ x }) => ({
        value: pool(x!),
        dx: tf.grad(weighed)(x!),
      }));
    });
  }
}

test('of equal maxima the first in row-major order gets the gradient, as in PyTorch', async (t) => {
  // torch 1.13: x = torch.zeros(1, 1, 3, 4, requires_grad=True);
  // torch.nn.functional.max_pool2d(x, 3, 2, 1).sum().backward(); x.grad
  const expected = [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0];
  await tf.setBackend('cpu');
  const dx = tf.tidy(() =>
    tf
      .grad((x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 3, 2, 1))(tf.zeros([1, 3, 4, 1]))
      .dataSync(),
  );
  t.deepEqual([...dx], expected);
});
