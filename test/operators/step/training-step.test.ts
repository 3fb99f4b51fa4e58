import test from 'ava';
import type { ClassifierSpec, StepSpec, TrainerSpec } from '../../../operators/step/step-spec.ts';
import { trainingStep } from '../../../operators/step/training-step.ts';
import { parameterNames, weightShapes } from '../../../operators/model/weight-shapes.ts';
import { seededRandom } from '../../../operators/random.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import { lossReference } from '../../helpers/loss-reference.ts';
import { channelsFirst, networkReference } from '../../helpers/network-reference.ts';
import { livelyWeights, numberWeights, zeroMomentum } from '../../helpers/networks.ts';
import { near, normalValues, tensorsOf } from '../../helpers/tensors.ts';

const rows = 4;
const imageSize = 4;
const shape: [number, number, number, number] = [rows, imageSize, imageSize, 3];
const pixels = normalValues(rows * imageSize * imageSize * 3, 'step');
const labels = [0, 0, 0, 1];
const temperature = 0.5;

function specOf(name: 'sincere' | 'supcon', changes: Partial<TrainerSpec> = {}): TrainerSpec {
  return {
    encoder: { architecture: 'resnet8', head: 'mlp', projectionSize: 8 },
    loss: { name, temperature },
    shape: { images: rows, views: 1, imageSize },
    momentum: 0,
    weightDecay: 0,
    ...changes,
  };
}

type Numbers = Record<string, Float32Array>;

type StepNumbers = {
  readonly weights: Numbers;
  readonly momentum: Numbers;
  readonly loss: number;
  readonly gradientNorm: number;
};

/** One step from lively weights; `momentum` is 0 where it is not given. */
function stepped(spec: StepSpec, learningRate: number, momentum?: Numbers): StepNumbers {
  return tf.tidy(() => {
    const weights = livelyWeights(spec.encoder, 1);
    const zeros = zeroMomentum(weights);
    const result = trainingStep(
      spec,
      {
        weights: tensorsOf(weights),
        momentum: tensorsOf(
          new Map(
            [...zeros].map(([name, z]) => [name, { ...z, data: momentum?.[name] ?? z.data }]),
          ),
        ),
      },
      { pixels: tf.tensor4d(pixels, shape), labels: tf.tensor1d(labels, 'int32') },
      { learningRate: tf.scalar(learningRate) },
    );
    const numbers = (tensors: Readonly<Record<string, tf.Tensor>>): Numbers =>
      Object.fromEntries(
        Object.entries(tensors).map(([name, x]) => [name, Float32Array.from(x.dataSync())]),
      );
    const { loss, anchors, known } = numbers(result.sums);
    return {
      weights: numbers(result.weights),
      momentum: numbers(result.momentum),
      loss: loss![0]! / (anchors ?? known)![0]!,
      gradientNorm: result.gradientNorm.dataSync()[0]!,
    };
  });
}

test('the gradient of every parameter equals differences of a float64 network', (t) => {
  const losses = ['sincere', 'supcon'] as const;
  const { encoder } = specOf('sincere');
  const weights = numberWeights(livelyWeights(encoder, 1));
  const images = channelsFirst(pixels, shape);
  // Both losses, from one pass.
  const values = (changed: string, data: Float64Array): readonly number[] => {
    const { projection } = networkReference(encoder, { ...weights, [changed]: data }, images, true);
    return losses.map((name) => lossReference(name, projection, labels, temperature).value);
  };
  // From momentum 0 and without decay, the new buffer is the gradient.
  const steps = losses.map((name) => stepped(specOf(name), 0.1));
  for (const { momentum, gradientNorm } of steps) {
    t.deepEqual(Object.keys(momentum), [...parameterNames(encoder)]);
    near(
      t,
      [gradientNorm],
      [Math.hypot(...Object.values(momentum).map((x) => Math.hypot(...x)))],
      1e-6,
    );
  }
  const unchanged = values('bn1.bias', weights['bn1.bias']!);
  near(
    t,
    steps.map(({ loss }) => loss),
    unchanged,
    1e-5,
  );

  for (const parameter of parameterNames(encoder)) {
    // One random direction over the whole tensor: every entry of the gradient takes part.
    const random = seededRandom('direction', parameter);
    const old = weights[parameter]!;
    const direction = Float64Array.from(old, () => (random.uniform() < 0.5 ? -1 : 1));
    // Small, because a ReLU that changes sides within the step would spoil the difference.
    const step = 1e-8;
    const above = values(
      parameter,
      old.map((x, at) => x + step * direction[at]!),
    );
    const below = values(
      parameter,
      old.map((x, at) => x - step * direction[at]!),
    );
    for (const [index, { momentum }] of steps.entries()) {
      const gradient = momentum[parameter]!;
      const along = gradient.reduce((sum, x, at) => sum + x * direction[at]!, 0);
      const expected = (above[index]! - below[index]!) / (2 * step);
      // float32 against float64. A random direction sees about the length of the gradient.
      const error = Math.abs(along - expected) / Math.hypot(...gradient);
      t.true(error <= 1e-5, `${losses[index]}, ${parameter}: ${error}`);
    }
  }
});

const classifier: ClassifierSpec = {
  ...specOf('sincere'),
  encoder: { architecture: 'resnet8', head: 'classifier', projectionSize: 3 },
  loss: { name: 'cross-entropy' },
};

test('the gradient of a classifier equals differences of a float64 network', (t) => {
  const { encoder } = classifier;
  const weights = numberWeights(livelyWeights(encoder, 1));
  const images = channelsFirst(pixels, shape);
  const value = (changed: string, data: Float64Array): number => {
    const { projection } = networkReference(encoder, { ...weights, [changed]: data }, images, true);
    const ofRow = projection.map((x, row) => {
      return Math.log(x.reduce((sum, one) => sum + Math.exp(one), 0)) - x[labels[row]!]!;
    });
    return ofRow.reduce((sum, one) => sum + one, 0) / rows;
  };
  const { momentum, loss } = stepped(classifier, 0.1);
  near(t, [loss], [value('fc.bias', weights['fc.bias']!)], 1e-6);
  t.deepEqual(Object.keys(momentum), [...parameterNames(encoder)]);
  for (const parameter of parameterNames(encoder)) {
    const random = seededRandom('direction', parameter);
    const old = weights[parameter]!;
    const direction = Float64Array.from(old, () => (random.uniform() < 0.5 ? -1 : 1));
    const step = 1e-8;
    const moved = (by: number): Float64Array => old.map((x, at) => x + by * direction[at]!);
    const expected = (value(parameter, moved(step)) - value(parameter, moved(-step))) / (2 * step);
    const gradient = momentum[parameter]!;
    const along = gradient.reduce((sum, x, at) => sum + x * direction[at]!, 0);
    // As above.
    const error = Math.abs(along - expected) / Math.hypot(...gradient);
    t.true(error <= 1e-5, `${parameter}: ${error}`);
  }
});

test('the head moves at a rate of its own', (t) => {
  const before = livelyWeights(classifier.encoder, 1);
  const plain = stepped(classifier, 0.1).weights;
  const faster = stepped({ ...classifier, headRate: 10 }, 0.1).weights;
  for (const name of parameterNames(classifier.encoder)) {
    const moved = (now: Numbers): number[] =>
      Array.from(now[name]!, (x, at) => x - before.get(name)!.data[at]!);
    const rate = name.startsWith('fc.') ? 10 : 1;
    // Differences of float32 weights that moved by a hundredth of their size.
    near(
      t,
      moved(faster),
      moved(plain).map((x) => rate * x),
      1e-4,
      name,
    );
  }
});

test('updates as SGD of PyTorch: decay into the gradient, momentum without damping', (t) => {
  const { momentum: gradients } = stepped(specOf('sincere'), 0);
  const buffers = Object.fromEntries(
    Object.entries(gradients).map(([name, x]) => [name, normalValues(x.length, 'buffer', name)]),
  );
  const spec = specOf('sincere', { momentum: 0.9, weightDecay: 0.01 });
  const next = stepped(spec, 0.05, buffers);
  const before = livelyWeights(spec.encoder, 1);
  for (const [name, gradient] of Object.entries(gradients)) {
    const w = before.get(name)!.data;
    const buffer = gradient.map((g, at) => 0.9 * buffers[name]![at]! + g + 0.01 * w[at]!);
    // A handful of float32 roundings.
    near(t, next.momentum[name]!, buffer, 1e-6, name);
    near(
      t,
      next.weights[name]!,
      w.map((x, at) => x - 0.05 * buffer[at]!),
      1e-6,
      name,
    );
  }
});

test('moves running statistics as PyTorch does, and by nothing else', (t) => {
  const spec = specOf('sincere', { momentum: 0.9, weightDecay: 0.1 });
  const { weights } = stepped(spec, 0.05);
  t.deepEqual(Object.keys(weights), [...weightShapes(spec.encoder).keys()]);
  const before = numberWeights(livelyWeights(spec.encoder, 1));
  const { statistics } = networkReference(spec.encoder, before, channelsFirst(pixels, shape), true);
  for (const [name, expected] of Object.entries(statistics)) {
    near(t, weights[name]!, expected, 1e-5, name);
  }
});

test('reads no value, so that it can be recorded', (t) => {
  const prototype = tf.Tensor.prototype;
  const readers = ['data', 'dataSync'] as const;
  const originals = readers.map((name) => Object.getOwnPropertyDescriptor(prototype, name)!);
  const spec = specOf('sincere');
  tf.tidy(() => {
    const weights = livelyWeights(spec.encoder, 1);
    const state = { weights: tensorsOf(weights), momentum: tensorsOf(zeroMomentum(weights)) };
    const batch = { pixels: tf.tensor4d(pixels, shape), labels: tf.tensor1d(labels, 'int32') };
    const refuse = (): never => {
      throw new Error('A value was read');
    };
    try {
      for (const name of readers) Object.defineProperty(prototype, name, { value: refuse });
      t.throws(() => tf.scalar(1).arraySync(), { message: 'A value was read' });
      t.notThrows(() => trainingStep(spec, state, batch, { learningRate: tf.scalar(0.1) }));
    } finally {
      for (const [at, name] of readers.entries()) {
        Object.defineProperty(prototype, name, originals[at]!);
      }
    }
  });
});

test('names a missing momentum buffer', (t) => {
  const spec = specOf('sincere');
  tf.tidy(() => {
    const weights = livelyWeights(spec.encoder, 1);
    const { 'head.0.bias': _, ...momentum } = tensorsOf(zeroMomentum(weights));
    t.throws(
      () =>
        trainingStep(
          spec,
          { weights: tensorsOf(weights), momentum },
          { pixels: tf.tensor4d(pixels, shape), labels: tf.tensor1d(labels, 'int32') },
          { learningRate: tf.scalar(0.1) },
        ),
      { instanceOf: TypeError, message: /`momentum` to hold `head\.0\.bias`/u },
    );
  });
});
