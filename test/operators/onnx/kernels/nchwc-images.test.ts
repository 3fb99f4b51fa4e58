import test from 'ava';
import { tf } from '../../../../operators/tensor/tf.ts';
import { nchwcTarget } from '../../../helpers/nchwc-target.ts';
import { tracedEqualsCpu } from '../../../helpers/traced-equals-cpu.ts';

/** A convolution whose result is in NCHWc. */
function inNchwc(x: tf.Tensor, filter: tf.Tensor): tf.Tensor4D {
  return tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 0);
}

const inputs = {
  x: { shape: [3, 4, 5, 16] },
  filter: { shape: [1, 1, 16, 32] },
  plain: { shape: [3, 4, 5, 32] },
  channels: { shape: [32] },
  rows: { shape: [3, 1, 1, 32] },
  places: { shape: [4, 5, 1] },
};

test('what meets images in NCHWc, or takes them further, gives what the cpu backend gives', async (t) => {
  const target = await nchwcTarget(t);
  if (target === undefined) return;
  await tracedEqualsCpu(
    t,
    inputs,
    ({ x, filter, plain, channels, rows, places }) => {
      const y = inNchwc(x!, filter!);
      return {
        itself: y,
        twice: tf.add(y, y),
        activated: tf.relu(tf.add(y, plain!)),
        step: tf.step(tf.relu(y)),
        withPlain: tf.mul(plain!, y),
        plainFirst: tf.sub(plain!, y),
        withChannels: tf.add(tf.mul(y, channels!), channels!),
        withRows: tf.mul(rows!, y),
        withPlaces: tf.mul(y, places!),
        scaled: tf.mul(y, 3),
        channelSums: tf.sum(y, [0, 1, 2]),
        channelMeans: tf.mean(y, [0, 1, 2], true),
        imageMeans: tf.mean(y, [1, 2]),
        imageSums: tf.sum(y, [1, 2], true),
        rowSums: tf.sum(y, [1, 2, 3]),
        total: tf.sum(y),
        overChannels: tf.sum(y, 3),
        overHeight: tf.sum(y, 1),
        largest: tf.max(y, [1, 2]),
        flat: tf.reshape(y, [3, 640]),
        transposed: tf.transpose(y, [3, 1, 0, 2]),
        pooled: tf.maxPool(y, 2, 2, 0),
      };
    },
    target,
  );
});
