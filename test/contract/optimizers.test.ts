import test from 'ava';
import { optimizerNames, optimizers } from '../../operators/step/optimizer/optimizers.ts';
import { bufferNames, optimizerOf } from '../../operators/step/optimizer/optimizer-rules.ts';
import { namesOfPart } from '../../operators/step/state-parts.ts';
import { stepRates } from '../../operators/step/step-rates.ts';
import type { UpdatedParameter } from '../../operators/step/optimizer/optimizer.ts';
import { tf, type TensorsByName } from '../../operators/tensor/tf.ts';
import { near } from '../helpers/tensors.ts';

const values = [0.5, -1, 2, -0.25, 1.5, 3];
const slopes = [1, -2, 0.5, 4, -0.125, -3];

const scalars = (numbers: Readonly<Record<string, number>>): TensorsByName =>
  Object.fromEntries(Object.entries(numbers).map(([name, x]) => [name, tf.scalar(x)]));

for (const name of optimizerNames) {
  const { buffers, update } = optimizerOf({ optimizer: name });

  /** The first step from zero buffers, in a shape. */
  const stepped = (
    gradient: readonly number[],
    given: { learningRate: number; weightDecay: number; shape: number[] },
  ): UpdatedParameter => {
    const { learningRate, weightDecay, shape } = given;
    const spec = { optimizer: name, momentum: 0.9, weightDecay };
    const kept = Object.fromEntries(buffers.map((buffer) => [buffer, tf.zeros(shape)]));
    const rates = scalars(stepRates(spec, 0, learningRate));
    return update(spec, tf.tensor(values, shape), tf.tensor([...gradient], shape), kept, rates);
  };
  const shapes = [[6], [2, 3]];

  test(`${name}: its usual numbers are in their ranges`, (t) => {
    const { learningRate, weightDecay, doc } = optimizers[name];
    t.true(learningRate > 0 && learningRate < 1);
    t.true(weightDecay >= 0 && weightDecay < 1);
    t.regex(doc, /^[A-Z].*\.$/u);
  });

  test(`${name}: keeps a momentum, and its buffers in the order of a state`, (t) => {
    t.is(buffers[0], 'momentum');
    t.deepEqual(
      buffers,
      bufferNames.filter((buffer) => buffers.includes(buffer)),
    );
    const encoder = { architecture: 'resnet8', head: 'linear', projectionSize: 2 } as const;
    const kept = bufferNames.filter(
      (buffer) => namesOfPart({ encoder, optimizer: name }, buffer).length > 0,
    );
    t.deepEqual(kept, [...buffers]);
    tf.tidy(() => {
      const next = stepped(slopes, { learningRate: 0.1, weightDecay: 0, shape: [2, 3] });
      t.deepEqual(Object.keys(next.buffers), [...buffers]);
      for (const buffer of buffers) t.deepEqual(next.buffers[buffer]!.shape, [2, 3]);
    });
  });

  test(`${name}: without a gradient, decay and momentum every parameter stays`, (t) => {
    tf.tidy(() => {
      const none = slopes.map(() => 0);
      for (const shape of shapes) {
        const next = stepped(none, { learningRate: 0.1, weightDecay: 0, shape });
        t.deepEqual([...next.parameter.dataSync()], values);
      }
    });
  });

  test(`${name}: at a learning rate of 0 every parameter stays`, (t) => {
    tf.tidy(() => {
      for (const shape of shapes) {
        const next = stepped(slopes, { learningRate: 0, weightDecay: 0.1, shape });
        t.deepEqual([...next.parameter.dataSync()], values);
      }
    });
  });

  test(`${name}: the first step goes against the gradient, in proportion to the learning rate`, (t) => {
    tf.tidy(() => {
      for (const shape of shapes) {
        const moves = [0.25, 0.5].map((learningRate) => {
          const { parameter } = stepped(slopes, { learningRate, weightDecay: 0, shape });
          return [...parameter.dataSync()].map((x, at) => x - values[at]!);
        });
        t.deepEqual(
          moves[0]!.map(Math.sign),
          slopes.map((slope) => -Math.sign(slope)),
        );
        // Differences of float32 numbers of up to 3.
        near(
          t,
          moves[1]!,
          moves[0]!.map((move) => 2 * move),
          1e-4,
        );
      }
    });
  });

  test(`${name}: decay makes weights shorter`, (t) => {
    tf.tidy(() => {
      const none = slopes.map(() => 0);
      const next = stepped(none, { learningRate: 0.1, weightDecay: 0.5, shape: [2, 3] });
      for (const [at, x] of next.parameter.dataSync().entries()) {
        t.true(Math.abs(x) < Math.abs(values[at]!) && Math.sign(x) === Math.sign(values[at]!));
      }
    });
  });
}
