import test from 'ava';
import { batchNormTrain } from '../../../operators/tensor/batch-norm.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import { near, normalValues } from '../../helpers/tensors.ts';

const shape: [number, number, number, number] = [3, 2, 5, 4];
const size = 3 * 2 * 5 * 4;

function inputs(
  shift = 0,
): Record<'x' | 'residual' | 'dy', tf.Tensor4D> & Record<'scale' | 'offset', tf.Tensor1D> {
  const map = (name: string): tf.Tensor4D => tf.tensor4d(normalValues(size, 'norm', name), shape);
  return {
    x: tf.add(map('x'), shift),
    residual: map('residual'),
    dy: map('dy'),
    scale: tf.tensor1d(normalValues(4, 'scale')),
    offset: tf.tensor1d(normalValues(4, 'offset')),
  };
}

/** The same function from tfjs ops, for tfjs to differentiate. */
function composed(
  x: tf.Tensor,
  scale: tf.Tensor,
  offset: tf.Tensor,
  residual: tf.Tensor | undefined,
  relu: boolean,
): tf.Tensor {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const y = tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5))), scale), offset);
  const sum = residual === undefined ? y : tf.add(y, residual);
  return relu ? tf.relu(sum) : sum;
}

for (const withResidual of [false, true]) {
  for (const relu of [false, true]) {
    const title = `${withResidual ? 'with' : 'without'} residual, ${relu ? 'with' : 'without'} ReLU`;
    test(`value and gradients equal the composition of tfjs ops ${title}`, (t) => {
      tf.tidy(() => {
        const { x, residual, dy, scale, offset } = inputs();
        const args = withResidual ? [x, scale, offset, residual] : [x, scale, offset];
        const ours = (...a: tf.Tensor[]): tf.Tensor =>
          batchNormTrain(a[0] as tf.Tensor4D, a[1] as tf.Tensor1D, a[2] as tf.Tensor1D, {
            residual: a[3] as tf.Tensor4D | undefined,
            relu,
          }).y;
        const theirs = (...a: tf.Tensor[]): tf.Tensor => composed(a[0]!, a[1]!, a[2]!, a[3], relu);
        const actual = tf.valueAndGrads(ours)(args, dy);
        const expected = tf.valueAndGrads(theirs)(args, dy);
        // Both sides are float32 sums over 30 pixels.
        near(t, actual.value.dataSync(), expected.value.dataSync(), 1e-6);
        for (const [index, grad] of actual.grads.entries()) {
          t.deepEqual(grad.shape, args[index]!.shape);
          near(t, grad.dataSync(), expected.grads[index]!.dataSync(), 3e-6, `input ${index}`);
        }
      });
    });
  }
}

test('gives mean and biased variance of each channel', (t) => {
  tf.tidy(() => {
    const { x, scale, offset } = inputs();
    const { mean, variance } = batchNormTrain(x, scale, offset, { relu: true });
    const values = x.dataSync();
    for (let channel = 0; channel < 4; channel += 1) {
      const of = [...values].filter((_, at) => at % 4 === channel);
      const m = of.reduce((sum, v) => sum + v, 0) / of.length;
      const v = of.reduce((sum, v) => sum + (v - m) ** 2, 0) / of.length;
      near(t, [mean.dataSync()[channel]!, variance.dataSync()[channel]!], [m, v], 1e-6);
    }
  });
});

test('keeps its digits when the mean is large against the deviation', (t) => {
  tf.tidy(() => {
    const near0 = inputs();
    const far = inputs(1000);
    const one = batchNormTrain(near0.x, near0.scale, near0.offset, { relu: false });
    const other = batchNormTrain(far.x, far.scale, far.offset, { relu: false });
    // At 1000 the input itself is rounded to 6e-5; E[x²] − mean² would lose everything.
    near(t, other.y.dataSync(), one.y.dataSync(), 1e-4);
    near(t, other.variance.dataSync(), one.variance.dataSync(), 1e-4);
  });
});

test('a channel of one value is normalised to the offset, with finite gradients', (t) => {
  tf.tidy(() => {
    const { dy, scale, offset } = inputs();
    const x = tf.mul(tf.onesLike(dy), 3);
    const { value, grads } = tf.valueAndGrads(
      (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) =>
        batchNormTrain(x as tf.Tensor4D, scale as tf.Tensor1D, offset as tf.Tensor1D, {
          relu: false,
        }).y,
    )([x, scale, offset], dy);
    near(t, value.slice([0, 0, 0, 0], [1, 1, 1, 4]).dataSync(), offset.dataSync(), 1e-6);
    for (const grad of grads) t.true(grad.dataSync().every(Number.isFinite));
  });
});
