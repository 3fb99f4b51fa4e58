import { batchNormTrain } from '../../tensor/batch-norm.ts';
import { tf } from '../../tensor/tf.ts';
import { normalTensor } from './normal-tensor.ts';

/** Enough for a fast one to be among them, and nothing that anybody waits for. */
const milliseconds = 150;

/**
 * Time of a layer of a small network with its gradient, in milliseconds: the fastest of at least three, which other work
 * on the machine disturbs least.
 */
export function layerTime(): number {
  const x = normalTensor('x', [32, 32, 32, 16]);
  const filter = normalTensor('filter', [3, 3, 16, 16]);
  const [scale, offset] = [tf.ones([16]), tf.zeros([16])];
  const layer = (x: tf.Tensor, filter: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) => {
    const convolved = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 1);
    const [a, b] = [scale as tf.Tensor1D, offset as tf.Tensor1D];
    return batchNormTrain(convolved, a, b, { relu: true }).y;
  };
  const once = (): number => {
    const start = performance.now();
    // Reading waits for what the library may compute meanwhile.
    tf.tidy(() => tf.sum(tf.grads(layer)([x, filter, scale, offset])[1]!).dataSync());
    return performance.now() - start;
  };
  once();
  const times: number[] = [];
  const until = performance.now() + milliseconds;
  while (times.length < 3 || performance.now() < until) times.push(once());
  tf.dispose([x, filter, scale, offset]);
  return Math.min(...times);
}
