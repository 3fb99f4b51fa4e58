import test from 'ava';
import fc from 'fast-check';
import type { StepSpec } from '../../../../operators/step/step-spec.ts';
import { clipped, globalNorm } from '../../../../operators/step/optimizer/clipped.ts';
import { bufferNames, optimizerOf } from '../../../../operators/step/optimizer/optimizer-rules.ts';
import { stepRates } from '../../../../operators/step/step-rates.ts';
import { tf, type TensorsByName } from '../../../../operators/tensor/tf.ts';
import { near } from '../../../helpers/tensors.ts';

// A matrix and a vector with made-up gradients for five steps, simple enough to be repeated elsewhere.
const start = { a: values(6, 1), b: values(3, 2) };

function values(length: number, offset: number): number[] {
  return Array.from({ length }, (_, at) => (((at * 5 + offset) % 7) - 3) / 4);
}

function gradientsAt(step: number): { readonly a: number[]; readonly b: number[] } {
  return {
    a: Array.from({ length: 6 }, (_, at) => (((at * 3 + step * 5) % 11) - 5) / 8),
    b: Array.from({ length: 3 }, (_, at) => (((at * 4 + step * 3) % 9) - 4) / 16),
  };
}

function tensors({ a, b }: { readonly a: number[]; readonly b: number[] }): TensorsByName {
  return { a: tf.tensor2d(a, [2, 3]), b: tf.tensor1d(b) };
}

type Numbers = Readonly<Record<string, Float32Array>>;

const numbersOf = (given: TensorsByName): Numbers =>
  Object.fromEntries(
    Object.entries(given).map(([name, x]) => [name, Float32Array.from(x.dataSync())]),
  );

/** Five steps; parameters and buffers after the last, and the norms of the gradients. */
function fiveSteps(
  spec: Pick<StepSpec, 'optimizer' | 'momentum' | 'weightDecay' | 'clipNorm'>,
  learningRate: number,
): {
  readonly parameters: Numbers;
  readonly buffers: Readonly<Record<string, Numbers>>;
  readonly norms: number[];
} {
  return tf.tidy(() => {
    const { buffers: kept, update } = optimizerOf(spec);
    let parameters = tensors(start);
    let buffers = Object.fromEntries(
      bufferNames.map((name) => [
        name,
        tensors({ a: start.a.map(() => 0), b: start.b.map(() => 0) }),
      ]),
    );
    const norms: number[] = [];
    for (let step = 0; step < 5; step += 1) {
      const full = {
        ...spec,
        encoder: { architecture: 'resnet8', head: 'linear', projectionSize: 1 },
        loss: { name: 'sincere', temperature: 1 },
        shape: { images: 1, views: 2, imageSize: 8 },
      } as const;
      const rates = Object.fromEntries(
        Object.entries(stepRates(full, step, learningRate)).map(([name, x]) => [
          name,
          tf.scalar(x),
        ]),
      );
      let gradients: TensorsByName = tensors(gradientsAt(step));
      const norm = globalNorm(gradients);
      norms.push(norm.dataSync()[0]!);
      if (spec.clipNorm !== undefined) gradients = clipped(gradients, norm, spec.clipNorm);
      const next = Object.entries(parameters).map(([name, parameter]) => {
        const own = Object.fromEntries(kept.map((buffer) => [buffer, buffers[buffer]![name]!]));
        return [name, update(spec, parameter, gradients[name]!, own, rates)] as const;
      });
      parameters = Object.fromEntries(next.map(([name, { parameter }]) => [name, parameter]));
      buffers = Object.fromEntries(
        kept.map((buffer) => [
          buffer,
          Object.fromEntries(next.map(([name, { buffers }]) => [name, buffers[buffer]!])),
        ]),
      );
    }
    return {
      parameters: numbersOf(parameters),
      buffers: Object.fromEntries(kept.map((name) => [name, numbersOf(buffers[name]!)])),
      norms,
    };
  });
}

test('five steps of AdamW are those of PyTorch', (t) => {
  const { parameters, buffers } = fiveSteps(
    { optimizer: 'adamw', momentum: 0.9, weightDecay: 0.1 },
    0.01,
  );
  // PyTorch 1.13: AdamW([a, b], lr=0.01, weight_decay=0.1), float32, same numbers as here.
  near(
    t,
    parameters['a']!,
    [-0.48418507, 0.759212017, 0.247621462, -0.270007402, -0.717839897, 0.496554196],
    1e-6,
  );
  near(t, parameters['b']!, [-0.216260687, -0.755752683, 0.472523749], 1e-6);
  near(
    t,
    buffers['momentum']!['a']!,
    [0.0483687557, -0.0469399989, 0.006388749, 0.0362049975, -0.0118174916, 0.00424874667],
    1e-6,
  );
  near(
    t,
    buffers['variance']!['a']!,
    [0.00104451843, 0.000655235373, 0.000810876314, 0.00065464247, 0.00104504894, 0.000608297822],
    1e-6,
  );
});

test('five clipped steps of SGD are those of PyTorch', (t) => {
  const { parameters, norms } = fiveSteps(
    { optimizer: 'sgd', momentum: 0.9, weightDecay: 0.01, clipNorm: 0.8 },
    0.1,
  );
  // PyTorch 1.13: clip_grad_norm_([a, b], 0.8), then SGD(lr=0.1, momentum=0.9, weight_decay=0.01).
  near(t, norms, [1.05326867, 0.956066132, 1.0861342, 0.935414374, 1.07891726], 1e-6);
  near(
    t,
    parameters['a']!,
    [-0.441210896, 0.781190991, 0.295147032, -0.362219214, -0.542936444, 0.405390829],
    1e-6,
  );
  near(t, parameters['b']!, [-0.131029129, -0.770507932, 0.408093691], 1e-6);
});

for (const weightDecay of [0, 0.01]) {
  test(`five steps of LARS are those of a plain loop, decay ${weightDecay}`, (t) => {
    const spec = { optimizer: 'lars', momentum: 0.9, weightDecay } as const;
    const { parameters, buffers } = fiveSteps(spec, 100);
    for (const name of ['a', 'b'] as const) {
      let w = start[name];
      let buffer = w.map(() => 0);
      for (let step = 0; step < 5; step += 1) {
        const gradient = gradientsAt(step)[name];
        const decay = name === 'a' ? weightDecay : 0;
        const length = Math.hypot(...w);
        const ratio =
          name === 'a' ? (0.001 * length) / (Math.hypot(...gradient) + decay * length) : 1;
        buffer = buffer.map((x, at) => 0.9 * x + ratio * (gradient[at]! + decay * w[at]!));
        w = w.map((x, at) => x - 100 * buffer[at]!);
      }
      near(t, parameters[name]!, w, 1e-5, name);
      near(t, buffers['momentum']![name]!, buffer, 1e-5, name);
    }
  });
}

test('LARS divides nothing by 0', (t) => {
  tf.tidy(() => {
    const { update } = optimizerOf({ optimizer: 'lars' });
    const rates = { learningRate: tf.scalar(0.5) };
    const [zeros, ones] = [tf.zeros([2, 2]), tf.ones([2, 2])];
    const after = (w: tf.Tensor, g: tf.Tensor): number[] => {
      const spec = { momentum: 0.9, weightDecay: 0 };
      return [...update(spec, w, g, { momentum: zeros }, rates).parameter.dataSync()];
    };
    t.deepEqual(after(ones, zeros), [1, 1, 1, 1]);
    // From 0, as SGD.
    t.deepEqual(after(zeros, ones), [-0.5, -0.5, -0.5, -0.5]);
  });
});

test('clipping keeps the direction, and shorter gradients as they are', (t) => {
  const eighths = fc.integer({ min: -800, max: 800 }).map((x) => x / 8);
  const property = fc.property(
    fc.array(eighths, { minLength: 3, maxLength: 3 }),
    fc.float({ min: Math.fround(0.01), max: 200, noNaN: true }),
    (numbers, limit) =>
      tf.tidy(() => {
        const gradients = { a: tf.tensor1d(numbers) };
        const norm = globalNorm(gradients);
        const length = Math.hypot(...numbers);
        const factor = Math.min(1, limit / (length + 1e-6));
        near(t, norm.dataSync(), [length], 1e-5);
        near(
          t,
          clipped(gradients, norm, limit)['a']!.dataSync(),
          numbers.map((x) => x * factor),
          1e-5,
        );
      }),
  );
  fc.assert(property, { seed: 1, numRuns: 50 });
});
