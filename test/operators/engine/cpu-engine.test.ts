import test from 'ava';
import { openCpuEngine } from '../../../operators/engine/cpu-engine.ts';
import type { TrainerSpec } from '../../../operators/step/step-spec.ts';
import { initialWeights } from '../../../operators/model/initial-weights.ts';
import type { PackedBatch, TrainerState } from '../../../operators/types.ts';
import { packedBatch } from '../../helpers/batches.ts';
import { channelsFirst, networkReference } from '../../helpers/network-reference.ts';
import { livelyWeights, numberWeights, zeroMomentum } from '../../helpers/networks.ts';
import { near, normalValues } from '../../helpers/tensors.ts';
import { opened } from '../../helpers/opened.ts';

const spec: TrainerSpec = {
  encoder: { architecture: 'resnet8', head: 'linear', projectionSize: 4 },
  loss: { name: 'sincere', temperature: 0.5 },
  shape: { images: 2, views: 2, imageSize: 4 },
  momentum: 0.9,
  weightDecay: 1e-4,
};

function state(): TrainerState {
  const weights = initialWeights(spec.encoder, 1);
  return { step: 0, weights, momentum: zeroMomentum(weights) };
}

function batch(seq: number): PackedBatch {
  return packedBatch(spec.shape, seq, 2);
}

test('learns a batch, and counts its steps', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const trainer = await engine.createTrainer(spec);
  await trainer.load(state());
  const first = await trainer.run(batch(0), 0.05);
  await trainer.run(batch(0), 0.05);
  const last = await trainer.run(batch(0), 0.05);
  t.true(last.loss < first.loss);
  t.is(first.loss, first.sincere);
  t.true(first.supcon >= first.sincere - 1e-6);
  t.is((await trainer.snapshot()).step, 3);
});

test('resuming from a snapshot equals never having stopped, bit for bit', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const whole = await engine.createTrainer(spec);
  await whole.load({ ...state(), step: 7 });
  await whole.run(batch(0), 0.05);
  const half = await whole.snapshot();
  const expected = await whole.run(batch(1), 0.04);
  const resumed = await engine.createTrainer(spec);
  await resumed.load(half);
  t.deepEqual(await resumed.run(batch(1), 0.04), expected);
  t.deepEqual(await resumed.snapshot(), await whole.snapshot());
  t.is((await resumed.snapshot()).step, 9);
});

test('a snapshot is a copy, and so is what was loaded', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const trainer = await engine.createTrainer(spec);
  const start = state();
  await trainer.load(start);
  const copy = await trainer.snapshot();
  t.deepEqual(copy, start);
  start.weights.get('conv1.weight')!.data.fill(9);
  copy.weights.get('head.bias')!.data.fill(9);
  t.deepEqual(await trainer.snapshot(), state());
});

test('refuses a step that is not finite and keeps the state before it', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const trainer = await engine.createTrainer(spec);
  await trainer.load(state());
  const broken = batch(0);
  broken.pixels[5] = NaN;
  await t.throwsAsync(trainer.run(broken, 0.05), {
    code: 'ERR_NOT_FINITE',
    message: /finite loss and gradient in step `0`.*was not applied/u,
  });
  t.deepEqual(await trainer.snapshot(), state());
  t.true(Number.isFinite((await trainer.run(batch(0), 0.05)).loss));
});

test('names the tensor that does not fit and keeps the state before it', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const trainer = await engine.createTrainer(spec);
  await trainer.load(state());
  const weights = new Map(state().weights);
  weights.set('layer1.0.conv1.weight', { shape: [1], data: new Float32Array(1) });
  await t.throwsAsync(trainer.load({ ...state(), weights }), {
    code: 'ERR_SHAPE',
    message: /`layer1\.0\.conv1\.weight`/u,
  });
  t.deepEqual(await trainer.snapshot(), state());
});

test('refuses a batch of another shape and a learning rate below 0', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const trainer = await engine.createTrainer(spec);
  await trainer.load(state());
  const larger = packedBatch({ ...spec.shape, images: 3 }, 0);
  await t.throwsAsync(trainer.run(larger, 0.05), {
    code: 'ERR_SHAPE',
    message: /`batch` to hold 4 rows of 4 × 4 pixels \(192 values, 4 labels\), got 288 values/u,
  });
  for (const rate of [-1, NaN, Infinity]) {
    await t.throwsAsync(trainer.run(batch(0), rate), { instanceOf: RangeError });
  }
});

test('refuses to run before a state was loaded', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const trainer = await engine.createTrainer(spec);
  await t.throwsAsync(trainer.run(batch(0), 0.05), {
    code: 'ERR_ENGINE',
    message: /`load` before/u,
  });
  await t.throwsAsync(trainer.snapshot(), { code: 'ERR_ENGINE' });
});

test('serves calls in order without waiting between them', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const trainer = await engine.createTrainer(spec);
  const ended: string[] = [];
  const note = (name: string) => (): void => void ended.push(name);
  await Promise.all([
    trainer.load(state()).then(note('load')),
    trainer.run(batch(0), 0.05).then(note('run')),
    trainer.snapshot().then(note('snapshot')),
    trainer.close().then(note('close')),
  ]);
  t.deepEqual(ended, ['load', 'run', 'snapshot', 'close']);
});

test('closing twice is closing once, and ends the service', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const trainer = await engine.createTrainer(spec);
  const encoder = await engine.createEncoder(spec.encoder, state().weights, {
    rows: 1,
    imageSize: 4,
  });
  await trainer.close();
  await trainer.close();
  await engine.close();
  await engine.close();
  const closed = { code: 'ERR_ENGINE', message: /was closed/u };
  await t.throwsAsync(trainer.load(state()), closed);
  await t.throwsAsync(encoder.run(new Float32Array(48)), closed);
  await t.throwsAsync(engine.createTrainer(spec), closed);
  await t.throwsAsync(
    engine.createEncoder(spec.encoder, state().weights, { rows: 1, imageSize: 4 }),
    closed,
  );
});

test('encodes as a float64 network does', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const weights = livelyWeights(spec.encoder, 2);
  const session = await engine.createEncoder(spec.encoder, weights, { rows: 2, imageSize: 4 });
  const pixels = normalValues(2 * 4 * 4 * 3, 'encode');
  const expected = networkReference(
    spec.encoder,
    numberWeights(weights),
    channelsFirst(pixels, [2, 4, 4, 3]),
    false,
  );
  const { embedding, projection } = await session.run(pixels.slice());
  t.is(embedding.length, 2 * session.embeddingSize);
  t.is(projection.length, 2 * session.projectionSize);
  // float32 through ten layers.
  near(t, embedding, expected.embedding.flat(), 1e-5);
  near(t, projection, expected.projection.flat(), 1e-5);
  await t.throwsAsync(session.run(new Float32Array(3)), {
    code: 'ERR_SHAPE',
    message: /`pixels` to hold 1 to 2 images of 4 × 4 \(48 values each\), got 3 values/u,
  });
  const first = await session.run(pixels.slice(0, 48));
  t.deepEqual(first.embedding, embedding.slice(0, 64));
});

test('refuses weights of another network and numbers out of range', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const { weights } = state();
  await t.throwsAsync(
    engine.createEncoder({ ...spec.encoder, head: 'mlp' }, weights, { rows: 1, imageSize: 4 }),
    { code: 'ERR_SHAPE', message: /`weights` to hold `head\.0\.weight`/u },
  );
  for (const [changes, name] of [
    [{ momentum: 1 }, 'momentum'],
    [{ weightDecay: -1 }, 'weightDecay'],
    [{ loss: { name: 'sincere', temperature: 0 } }, 'loss.temperature'],
    [{ shape: { ...spec.shape, images: 0 } }, 'shape.images'],
    [{ shape: { ...spec.shape, views: 1.5 } }, 'shape.views'],
    [{ shape: { ...spec.shape, imageSize: 0 } }, 'shape.imageSize'],
    [{ encoder: { ...spec.encoder, projectionSize: 0 } }, 'encoder.projectionSize'],
  ] as const) {
    const error = await t.throwsAsync(engine.createTrainer({ ...spec, ...changes }), {
      instanceOf: RangeError,
    });
    t.true(error.message.startsWith(`Expected \`${name}\` to be`), error.message);
  }
});

test('makes room for one encoder and one loss beside a trainer, which end with it', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const trainer = await engine.createTrainer(spec);
  const { weights } = state();
  const shape = { rows: 1, imageSize: 4 };
  const encoder = await trainer.beside.createEncoder(spec.encoder, weights, shape);
  const alone = await engine.createEncoder(spec.encoder, weights, shape);
  const pixels = normalValues(48, 'beside');
  t.deepEqual(await encoder.run(pixels.slice()), await alone.run(pixels.slice()));
  const taken = { code: 'ERR_CONTRACT' };
  await t.throwsAsync(trainer.beside.createEncoder(spec.encoder, weights, shape), taken);
  const loss = await trainer.beside.createLoss(spec.loss);
  await t.throwsAsync(trainer.beside.createLoss(spec.loss), taken);
  await loss.close();
  await t.notThrowsAsync(trainer.beside.createLoss(spec.loss));
  // One that could not be opened takes no place.
  await encoder.close();
  await t.throwsAsync(trainer.beside.createEncoder(spec.encoder, new Map(), shape));
  const another = await trainer.beside.createEncoder(spec.encoder, weights, shape);
  await trainer.close();
  await t.throwsAsync(another.run(pixels.slice()), { code: 'ERR_ENGINE', message: /was closed/u });
});

test('tells what each image gave where the trainer and the step are asked for it', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const trainer = await engine.createTrainer({ ...spec, samples: true });
  await trainer.load(state());
  t.is((await trainer.run(batch(0), 0.05)).samples?.images.length, 2);
  t.false('samples' in (await trainer.run(batch(1), 0.05, { samples: false })));
  const without = await engine.createTrainer(spec);
  await without.load(state());
  t.false('samples' in (await without.run(batch(0), 0.05, { samples: true })));
});
