import test from 'ava';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openCpuEngine } from '../../../operators/engine/cpu-engine.ts';
import type { ClassifierSpec, TrainerSpec } from '../../../operators/engine/engine.ts';
import { exportEncoder, openOnnxEngine } from '../../../operators/engine/onnx-engine.ts';
import { initialWeights } from '../../../operators/model/initial-weights.ts';
import type { PackedBatch, TrainerState, Weights } from '../../../operators/types.ts';
import { packedBatch } from '../../helpers/batches.ts';
import { channelsFirst } from '../../helpers/network-reference.ts';
import { livelyWeights, zeroMomentum } from '../../helpers/networks.ts';
import { near, normalValues } from '../../helpers/tensors.ts';
import { runModel } from '../../helpers/traced-equals-cpu.ts';
import { Tensor } from 'onnxruntime-node';

const spec: TrainerSpec = {
  encoder: { architecture: 'resnet8', head: 'mlp', projectionSize: 6 },
  loss: { name: 'sincere', temperature: 0.2 },
  shape: { images: 4, views: 2, imageSize: 4 },
  momentum: 0.9,
  weightDecay: 1e-3,
};
const threads = 1;

function state({ encoder } = spec): TrainerState {
  const weights = initialWeights(encoder, 1);
  return { step: 0, weights, momentum: zeroMomentum(weights) };
}

function batch(seq: number, { shape } = spec): PackedBatch {
  return packedBatch(shape, seq, 2);
}

const temperature = 0.2;
const tasks: readonly (readonly [
  what: string,
  steps: number,
  changes: Partial<TrainerSpec>,
  amplified?: number,
])[] = [
  ['sincere', 5, {}],
  ['supcon', 2, { loss: { name: 'supcon', temperature } }],
  ['dcl', 1, { loss: { name: 'dcl', temperature } }],
  ['infonce', 1, { loss: { name: 'infonce', temperature } }],
  ['eps-sup-infonce', 1, { loss: { name: 'eps-sup-infonce', epsilon: 0.5, temperature } }],
  ['first anchors', 1, { loss: { name: 'supcon', anchors: 'first', temperature } }],
  ['image positives', 1, { loss: { name: 'supcon', positives: 'image', temperature } }],
  ['frozen BatchNorm', 2, { batchNorm: 'frozen' }],
  // Statistics of 4 rows amplify every rounding.
  ['chunks of 2 images', 1, { microBatch: 2 }, 8],
  ['chunks with frozen BatchNorm', 2, { microBatch: 1, batchNorm: 'frozen' }],
  [
    'the ImageNet stem',
    2,
    {
      encoder: { ...spec.encoder, stem: 'imagenet' },
      shape: { images: 4, views: 2, imageSize: 19 },
    },
    4,
  ],
  ['a frozen first stage', 2, { frozen: 'layer1' }],
  ['a frozen encoder', 2, { frozen: 'encoder' }],
  ['a frozen stem in chunks', 2, { frozen: 'stem', microBatch: 2 }, 8],
];

for (const [what, steps, changes, amplified = 1] of tasks) {
  test(`${steps} steps equal the cpu engine in every number: ${what}`, async (t) => {
    const task: TrainerSpec = { ...spec, ...changes };
    const [onnx, cpu] = [await openOnnxEngine({ threads }), await openCpuEngine()];
    const trainer = await onnx.createTrainer(task);
    const reference = await cpu.createTrainer(task);
    await Promise.all([trainer.load(state(task)), reference.load(state(task))]);
    for (let step = 0; step < steps; step += 1) {
      const padded = batch(step, task);
      // A row that the loss leaves out, as padding is.
      padded.labels[7] = -1;
      const expected = await reference.run({ ...padded, pixels: padded.pixels.slice() }, 0.02);
      const readouts = await trainer.run(padded, 0.02);
      // Sums in another order, in float32, through ten layers; each step passes its error on to the next.
      const tolerance = 1e-5 * (step + 1) * amplified;
      const { effectiveRank, ...others } = readouts;
      const { effectiveRank: rank, ...numbers } = expected;
      near(t, Object.values(others), Object.values(numbers), tolerance, 'read-outs');
      // A quotient of two sums that mostly cancel when the rows are close together.
      near(t, [effectiveRank], [rank], tolerance / Math.min(1, 10 * expected.spread), 'rank');
      const [got, wanted] = [await trainer.snapshot(), await reference.snapshot()];
      equalTensors(got.weights, wanted.weights, tolerance);
      equalTensors(got.momentum, wanted.momentum, tolerance);
      t.is(got.step, step + 1);
    }
    await Promise.all([onnx.close(), cpu.close()]);

    function equalTensors(got: Weights, wanted: Weights, tolerance: number): void {
      t.deepEqual(
        [...got.keys()],
        [...state(task).weights.keys()].filter((key) => wanted.has(key)),
      );
      for (const [key, { shape, data }] of wanted) {
        t.deepEqual([...got.get(key)!.shape], [...shape]);
        near(t, got.get(key)!.data, data, tolerance, key);
      }
    }
  });
}

const classifier: ClassifierSpec = {
  ...spec,
  encoder: { architecture: 'resnet8', head: 'classifier', projectionSize: 3 },
  loss: { name: 'cross-entropy' },
  headRate: 5,
};

for (const changes of [{}, { batchNorm: 'frozen' }, { microBatch: 2 }] as const) {
  test(`steps of a classifier equal the cpu engine: ${JSON.stringify(changes)}`, async (t) => {
    const task: ClassifierSpec = { ...classifier, ...changes };
    const [onnx, cpu] = [await openOnnxEngine({ threads }), await openCpuEngine()];
    const trainer = await onnx.createClassifier(task);
    const reference = await cpu.createClassifier(task);
    const weights = initialWeights(task.encoder, 1);
    const start = { step: 0, weights, momentum: zeroMomentum(weights) };
    await Promise.all([trainer.load(start), reference.load(start)]);
    for (let step = 0; step < 2; step += 1) {
      const padded = packedBatch(spec.shape, step, 3);
      padded.labels[7] = -1;
      const expected = await reference.run({ ...padded, pixels: padded.pixels.slice() }, 0.02);
      const readouts = await trainer.run(padded, 0.02);
      t.is(readouts.rowsWithoutClass, 1);
      t.deepEqual(Object.keys(readouts), Object.keys(expected));
      // As above.
      const tolerance = 'microBatch' in changes ? 8e-5 * (step + 1) : 1e-5 * (step + 1);
      near(t, Object.values(readouts), Object.values(expected), tolerance, 'read-outs');
      const [got, wanted] = [await trainer.snapshot(), await reference.snapshot()];
      for (const part of ['weights', 'momentum'] as const) {
        t.deepEqual([...got[part].keys()], [...wanted[part].keys()]);
        for (const [key, { data }] of wanted[part]) {
          near(t, got[part].get(key)!.data, data, tolerance, `${part} ${key}`);
        }
      }
    }
    await Promise.all([onnx.close(), cpu.close()]);
  });
}

test('a classifier in chunks with frozen BatchNorm equals one pass', async (t) => {
  const engine = await openOnnxEngine({ threads });
  const weights = initialWeights(classifier.encoder, 1);
  const stepped = async (microBatch: number | undefined) => {
    const trainer = await engine.createClassifier({
      ...classifier,
      batchNorm: 'frozen',
      microBatch,
    });
    await trainer.load({ step: 0, weights, momentum: zeroMomentum(weights) });
    const readouts = await trainer.run(packedBatch(spec.shape, 0, 3), 0.02);
    return { readouts, state: await trainer.snapshot() };
  };
  const [whole, chunks] = [await stepped(undefined), await stepped(1)];
  near(t, Object.values(chunks.readouts), Object.values(whole.readouts), 1e-6);
  for (const [key, { data }] of whole.state.momentum) {
    near(t, chunks.state.momentum.get(key)!.data, data, 1e-5, key);
  }
  await engine.close();
});

test('logits of a classifier are what its session and its export give', async (t) => {
  const { encoder } = classifier;
  const weights = livelyWeights(encoder, 1);
  const engine = await openOnnxEngine({ threads });
  const session = await engine.createEncoder(encoder, weights, { rows: 2, imageSize: 4 });
  const pixels = normalValues(2 * 4 * 4 * 3, 'logits');
  const { embedding, projection } = await session.run(pixels.slice());
  await engine.close();
  const [weight, bias] = [weights.get('fc.weight')!.data, weights.get('fc.bias')!.data];
  const expected = Array.from({ length: 6 }, (_, at) => {
    const row = embedding.subarray(Math.floor(at / 3) * 64, Math.floor(at / 3) * 64 + 64);
    return row.reduce((sum, x, d) => sum + x * weight[(at % 3) * 64 + d]!, bias[at % 3]!);
  });
  near(t, projection, expected, 1e-6);
  const model = await exportEncoder(encoder, weights, 4);
  const images = Float32Array.from(channelsFirst(pixels, [2, 4, 4, 3]).data);
  const outputs = await runModel(model, { images: new Tensor('float32', images, [2, 3, 4, 4]) });
  t.deepEqual(Object.keys(outputs).toSorted(), ['embedding', 'logits']);
  near(t, outputs['logits']!.data as Float32Array, expected, 1e-5);
});

test('head and loss must go together', async (t) => {
  const engine = await openOnnxEngine({ threads });
  const { encoder } = classifier;
  await t.throwsAsync(engine.createTrainer({ ...spec, encoder }), {
    instanceOf: RangeError,
    message: /`encoder\.head` to be `mlp` or `linear` with the loss `sincere`, got `classifier`/,
  });
  await t.throwsAsync(engine.createClassifier({ ...classifier, encoder: spec.encoder }), {
    message: /`encoder\.head` to be `classifier` with the loss `cross-entropy`, got `mlp`/,
  });
  await t.throwsAsync(engine.createClassifier({ ...classifier, headRate: -1 }), {
    message: /`headRate` to be a number of at least 0, got `-1`/,
  });
  await engine.close();
});

// One trainer for what follows, because each takes a second to start.
test('one trainer: state, refused steps, handed over pixels, order, end', async (t) => {
  const engine = await openOnnxEngine({ threads });
  const trainer = await engine.createTrainer(spec);
  await t.throwsAsync(trainer.run(batch(0), 0.05), {
    code: 'ERR_ENGINE',
    message: /`load` before/u,
  });
  await t.throwsAsync(trainer.snapshot(), { code: 'ERR_ENGINE' });

  await t.notThrowsAsync(async () => {
    const start = state();
    await trainer.load({ ...start, step: 7 });
    start.weights.get('conv1.weight')!.data.fill(9);
  });
  t.deepEqual(await trainer.snapshot(), { ...state(), step: 7 });

  // A step that is not finite is refused, and so is a batch of another shape.
  const broken = batch(0);
  broken.pixels[5] = NaN;
  await t.throwsAsync(trainer.run(broken, 0.05), {
    code: 'ERR_NOT_FINITE',
    message: /finite loss and gradient in step `7`.*was not applied/u,
  });
  const another = packedBatch({ ...spec.shape, images: 5 }, 0);
  await t.throwsAsync(trainer.run(another, 0.05), {
    code: 'ERR_SHAPE',
    message: /`batch` to hold 8/u,
  });
  await t.throwsAsync(trainer.run(batch(0), -1), { instanceOf: RangeError });
  const weights = new Map(state().weights);
  weights.delete('conv1.weight');
  await t.throwsAsync(trainer.load({ ...state(), weights }), {
    code: 'ERR_SHAPE',
    message: /`conv1\.weight`/u,
  });
  t.deepEqual(await trainer.snapshot(), { ...state(), step: 7 });

  // Resuming from a snapshot equals never having stopped, bit for bit.
  await trainer.run(batch(0), 0.05);
  const half = await trainer.snapshot();
  const expected = await trainer.run(batch(1), 0.04);
  const whole = await trainer.snapshot();
  await trainer.load(half);
  t.deepEqual(await trainer.run(batch(1), 0.04), expected);
  t.deepEqual(await trainer.snapshot(), whole);
  t.is(whole.step, 9);

  // Pixels are taken over when they fill their buffer, and copied when they do not.
  const { pixels, ...others } = batch(0);
  const readouts = [];
  const larger = new Float32Array(pixels.length + 5);
  const shared = new Float32Array(new SharedArrayBuffer(pixels.byteLength));
  for (const given of [larger.subarray(5), shared, pixels]) {
    if (given !== pixels) given.set(pixels);
    await trainer.load(state());
    readouts.push(await trainer.run({ ...others, pixels: given }, 0.05));
  }
  t.deepEqual(readouts[1], readouts[0]);
  t.deepEqual(readouts[2], readouts[0]);
  t.is(larger.length, others.labels.length * 4 * 4 * 3 + 5);
  t.is(pixels.length, 0);

  // Calls are served in order without waiting between them, the end comes last.
  const ended: string[] = [];
  const note = (name: string) => (): void => void ended.push(name);
  await Promise.all([
    trainer.load(state()).then(note('load')),
    trainer.run(batch(0), 0.05).then(note('run')),
    trainer.snapshot().then(note('snapshot')),
    trainer.close().then(note('close')),
  ]);
  t.deepEqual(ended, ['load', 'run', 'snapshot', 'close']);
  await trainer.close();
  await engine.close();
  await engine.close();
  const closed = { code: 'ERR_ENGINE', message: /was closed/u };
  await t.throwsAsync(trainer.load(state()), closed);
  await t.throwsAsync(engine.createTrainer(spec), closed);
  await t.throwsAsync(
    engine.createEncoder(spec.encoder, state().weights, { rows: 1, imageSize: 4 }),
    closed,
  );
});

test('closing leaves nothing that keeps a process alive', async (t) => {
  const program = fileURLToPath(new URL('../../fixtures/run-onnx-engine.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', program], {
    timeout: 60_000,
  });
  t.is(stdout.trim(), '64');
});

test('encodes as the cpu engine does, and exports the same network', async (t) => {
  const [onnx, cpu] = [await openOnnxEngine({ threads }), await openCpuEngine()];
  const weights = livelyWeights(spec.encoder, 2);
  const shape = { rows: 3, imageSize: 4 };
  const session = await onnx.createEncoder(spec.encoder, weights, shape);
  const reference = await cpu.createEncoder(spec.encoder, weights, shape);
  const pixels = normalValues(3 * 4 * 4 * 3, 'encode');
  const expected = await reference.run(pixels.slice());
  const got = await session.run(pixels.slice());
  t.is(session.embeddingSize, 64);
  t.is(session.projectionSize, 6);
  near(t, got.embedding, expected.embedding, 1e-5);
  near(t, got.projection, expected.projection, 1e-5);
  await t.throwsAsync(session.run(new Float32Array(3)), {
    code: 'ERR_SHAPE',
    message: /`pixels` to hold 1 to 3 images of 4 × 4 \(48 values each\), got 3 values/u,
  });
  // Of any number of images, each as before, bit for bit.
  for (const images of [1, 2]) {
    const some = await session.run(pixels.slice(0, images * 48));
    t.deepEqual(some.embedding, got.embedding.slice(0, images * 64));
    t.deepEqual(some.projection, got.projection.slice(0, images * 6));
  }
  await t.throwsAsync(session.run(new Float32Array(4 * 48)), { code: 'ERR_SHAPE' });

  const model = await exportEncoder(spec.encoder, weights, 4);
  for (const rows of [3, 1]) {
    const part = pixels.slice(0, rows * 4 * 4 * 3);
    const images = Float32Array.from(channelsFirst(part, [rows, 4, 4, 3]).data);
    const outputs = await runModel(model, {
      images: new Tensor('float32', images, [rows, 3, 4, 4]),
    });
    t.deepEqual([...outputs['embedding']!.dims], [rows, 64]);
    t.deepEqual([...outputs['projection']!.dims], [rows, 6]);
    const { embedding, projection } = expected;
    near(t, floats(outputs['embedding']!), embedding.subarray(0, rows * 64), 1e-5);
    near(t, floats(outputs['projection']!), projection.subarray(0, rows * 6), 1e-5);
  }
  const text = Buffer.from(model).toString('latin1');
  for (const entry of ['architecture', 'resnet8', 'image_layout', 'NCHW']) {
    t.true(text.includes(entry), entry);
  }
  t.false(text.includes('BatchNormalization'));
  await t.throwsAsync(exportEncoder({ ...spec.encoder, head: 'linear' }, weights, 4), {
    code: 'ERR_SHAPE',
  });
  await Promise.all([onnx.close(), cpu.close()]);
});

test('refuses numbers out of range', async (t) => {
  for (const threads of [0, 1.5, NaN]) {
    await t.throwsAsync(openOnnxEngine({ threads }), { instanceOf: RangeError });
  }
  const engine = await openOnnxEngine();
  t.regex(engine.device, /^cpu, \d+ threads?$/u);
  await t.throwsAsync(engine.createTrainer({ ...spec, momentum: 1 }), { instanceOf: RangeError });
  const shape = { rows: 0, imageSize: 4 };
  await t.throwsAsync(engine.createEncoder(spec.encoder, state().weights, shape), {
    instanceOf: RangeError,
    message: /`rows` to be an integer of at least 1, got `0`/u,
  });
  // What only tracing finds: a BatchNorm that sees one value for each channel.
  const single = { images: 1, views: 1, imageSize: 4 };
  await t.throwsAsync(engine.createTrainer({ ...spec, shape: single }), {
    instanceOf: RangeError,
    message: /more than 1 value per channel/u,
  });
  await engine.close();
});

function floats(tensor: Tensor): Float32Array {
  return tensor.data as Float32Array;
}
