import test from 'ava';
import { tf } from '../../../../../operators/tf.ts';
import { tracedEqualsCpu } from '../../../../helpers/traced-equals-cpu.ts';

type Case = readonly [
  image: readonly [number, number, number, number],
  filter: readonly [height: number, width: number, outputs: number],
  stride: number,
  pad: number | 'same' | 'valid',
];

const cases: readonly Case[] = [
  [[3, 8, 8, 4], [3, 3, 5], 1, 1],
  [[2, 7, 5, 3], [3, 3, 4], 2, 1],
  [[2, 8, 7, 3], [3, 3, 4], 2, 'same'],
  [[2, 8, 7, 3], [3, 3, 4], 2, 'valid'],
  [[2, 9, 8, 1], [3, 3, 1], 3, 0],
  [[3, 8, 8, 4], [1, 1, 6], 2, 0],
  [[1, 1, 1, 2], [3, 3, 2], 2, 1],
  [[2, 12, 11, 3], [5, 3, 2], 2, 'same'],
  [[2, 11, 13, 3], [7, 7, 4], 2, 3],
];

for (const [image, filter, stride, pad] of cases) {
  const title = `${image.join(' × ')}, filter ${filter.join(' × ')}, stride ${stride}, pad ${pad}`;
  test(`for devices, ${title}: a convolution and its gradients equal the cpu backend`, async (t) => {
    const [height, width, outputs] = filter;
    const w = { shape: [height, width, image[3], outputs] };
    const convolve = (x: tf.Tensor, w: tf.Tensor): tf.Tensor =>
      tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad);
    const weighed = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => {
      const y = convolve(x, w);
      // Any weights that differ from place to place.
      const places = Float32Array.from({ length: y.size }, (_, at) => Math.cos(at));
      return tf.mul(y, tf.tensor(places, y.shape));
    };
    await tracedEqualsCpu(
      t,
      { x: { shape: image }, w },
      ({ x, w }) => {
        const [dx, dw] = tf.grads(weighed)([x!, w!]);
        return { value: convolve(x!, w!), dx: dx!, dw: dw! };
      },
      { kind: 'portable' },
    );
  });
}
