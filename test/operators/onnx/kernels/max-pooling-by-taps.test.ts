import test from 'ava';
import { seededRandom } from '../../../../operators/random.ts';
import { tf } from '../../../../operators/tensor/tf.ts';
import { tracedEqualsCpu } from '../../../helpers/traced-equals-cpu.ts';

type Case = readonly [
  image: readonly [number, number, number, number],
  size: number,
  stride: number,
  pad: number | 'same' | 'valid',
];

const cases: readonly Case[] = [
  [[3, 8, 8, 4], 3, 2, 1],
  [[2, 7, 9, 3], 3, 2, 1],
  [[2, 7, 6, 3], 3, 1, 1],
  [[1, 1, 1, 2], 3, 2, 1],
  [[2, 8, 7, 3], 3, 2, 'same'],
  [[2, 8, 7, 3], 2, 2, 'valid'],
  [[2, 9, 8, 1], 3, 4, 0],
];

for (const [image, size, stride, pad] of cases) {
  for (const kind of ['different', 'tied'] as const) {
    const title = `${image.join(' × ')} by ${size}, stride ${stride}, pad ${pad}, ${kind} values`;
    test(`for devices, ${title}: max-pooling and its gradient equal the cpu backend`, async (t) => {
      const random = seededRandom('pooling', title);
      const length = image.reduce((product, side) => product * side, 1);
      // Of three values every window of 3 × 3 has its maximum more than once.
      const values = Array.from({ length }, () =>
        kind === 'tied' ? random.below(3) - 1 : random.normal(),
      );
      const pool = (x: tf.Tensor): tf.Tensor => tf.maxPool(x as tf.Tensor4D, size, stride, pad);
      const weighed = (x: tf.Tensor): tf.Tensor => {
        const y = pool(x);
        // Any weights that differ from place to place.
        const places = Float32Array.from({ length: y.size }, (_, at) => Math.cos(at));
        return tf.mul(y, tf.tensor(places, y.shape));
      };
      await tracedEqualsCpu(
        t,
        { x: { shape: image, values } },
        ({ x }) => ({ value: pool(x!), dx: tf.grad(weighed)(x!) }),
        { kind: 'portable' },
      );
    });
  }
}
