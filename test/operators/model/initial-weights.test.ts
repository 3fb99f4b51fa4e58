import test from 'ava';
import { initialWeights } from '../../../operators/model/initial-weights.ts';
import { weightShapes } from '../../../operators/model/weight-shapes.ts';
import type { EncoderSpec } from '../../../operators/model/encoder-spec.ts';

const spec: EncoderSpec = { architecture: 'resnet8', head: 'mlp', projectionSize: 128 };

function moments(data: Float32Array): { readonly mean: number; readonly deviation: number } {
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
  const squares = data.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / data.length) };
}

test('gives every tensor of the network in its shape', (t) => {
  const weights = initialWeights(spec, 1);
  t.deepEqual(
    [...weights].map(([name, { shape }]) => [name, shape]),
    [...weightShapes(spec)].map(([name, { shape }]) => [name, shape]),
  );
  for (const { shape, data } of weights.values()) {
    t.is(
      data.length,
      shape.reduce((product, n) => product * n, 1),
    );
  }
});

test('the same seed gives the same weights, another seed others', (t) => {
  t.deepEqual(initialWeights(spec, 5), initialWeights(spec, 5));
  t.notDeepEqual(initialWeights(spec, 5), initialWeights(spec, 6));
});

test('tensors of one shape differ', (t) => {
  const weights = initialWeights(spec, 1);
  t.notDeepEqual(weights.get('layer1.0.conv1.weight'), weights.get('layer1.0.conv2.weight'));
});

test('convolutions are Kaiming normal by fan-out', (t) => {
  const { data } = initialWeights(spec, 1).get('layer3.0.conv2.weight')!;
  const { mean, deviation } = moments(data);
  const expected = Math.sqrt(2 / (64 * 9));
  // 36,864 draws: both estimates have a standard error of about 0.5 % of the deviation.
  t.true(Math.abs(mean) < 0.02 * expected);
  t.true(Math.abs(deviation / expected - 1) < 0.02);
  t.true(data.some((x) => Math.abs(x) > 3 * expected));
});

test('linear layers are uniform within 1 / sqrt(inputs), weight and bias', (t) => {
  const weights = initialWeights(spec, 1);
  for (const name of ['head.0.weight', 'head.0.bias', 'head.2.weight', 'head.2.bias']) {
    const { data } = weights.get(name)!;
    const bound = 1 / 8;
    t.true(data.every((x) => Math.abs(x) <= bound));
    t.true(Math.max(...data.map(Math.abs)) > 0.9 * bound);
  }
  const { mean, deviation } = moments(weights.get('head.2.weight')!.data);
  t.true(Math.abs(mean) < 0.05 / 8);
  t.true(Math.abs(deviation / (1 / 8 / Math.sqrt(3)) - 1) < 0.03);
});

test('BatchNorm starts as the identity', (t) => {
  const weights = initialWeights(spec, 1);
  t.true(weights.get('layer2.0.downsample.1.weight')!.data.every((x) => x === 1));
  t.true(weights.get('layer2.0.downsample.1.bias')!.data.every((x) => x === 0));
  t.true(weights.get('layer2.0.downsample.1.running_mean')!.data.every((x) => x === 0));
  t.true(weights.get('layer2.0.downsample.1.running_var')!.data.every((x) => x === 1));
});
