import test from 'ava';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { openCpuEngine } from '../../../operators/engine/cpu-engine.ts';
import { exportEncoder, openOnnxEngine } from '../../../operators/engine/onnx-engine.ts';
import { initialWeights } from '../../../operators/model/initial-weights.ts';
import { initialState } from '../../../operators/step/initial-state.ts';
import type { TrainerState } from '../../../operators/types.ts';
import { classifier, engineContract, spec } from '../../contract/engine-contract.ts';
import { packedBatch } from '../../helpers/batches.ts';
import { channelsFirst } from '../../helpers/network-reference.ts';
import { livelyWeights } from '../../helpers/networks.ts';
import { programArguments } from '../../helpers/project.ts';
import { near, normalValues } from '../../helpers/tensors.ts';
import { runModel } from '../../helpers/traced-equals-cpu.ts';
import { Tensor } from 'onnxruntime-node';
import { opened } from '../../helpers/opened.ts';

const threads = 1;

engineContract(test, 'onnx', () => openOnnxEngine({ threads }));

test('logits of a classifier are what its session and its export give', async (t) => {
  const { encoder } = classifier;
  const weights = livelyWeights(encoder, 1);
  const engine = await opened(t, openOnnxEngine({ threads }));
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

test('a state may hold the same arrays twice, and is the caller’s unless it is handed over', async (t) => {
  const engine = await opened(t, openOnnxEngine({ threads }));
  const task = { ...spec, optimizer: 'adamw', averageDecay: 0.9 } as const;
  const trainer = await engine.createTrainer(task);
  const steppedFrom = async (state: TrainerState, handOver: boolean): Promise<TrainerState> => {
    await trainer.load(state, { handOver });
    for (let step = 0; step < 3; step += 1) {
      await trainer.run(packedBatch(spec.shape, step, 2), 0.01);
    }
    return await trainer.snapshot();
  };
  const weights = initialWeights(spec.encoder, 1);
  const apart = initialState(task, weights);
  const { momentum: zeros } = apart;
  const copies = new Map(
    [...weights].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
  );
  const twice = { ...apart, momentum: zeros, variance: zeros };
  const expected = await steppedFrom({ ...apart, average: copies }, false);
  t.deepEqual(weights, initialWeights(spec.encoder, 1));
  t.deepEqual(await steppedFrom(twice, false), expected);
  t.deepEqual(await steppedFrom(twice, true), expected);
});

test('head and loss must go together', async (t) => {
  const engine = await opened(t, openOnnxEngine({ threads }));
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
});

test('closing leaves nothing that keeps a process alive', async (t) => {
  const program = programArguments(new URL('../../fixtures/run-onnx-engine.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, program, {
    timeout: 60_000,
  });
  t.is(stdout.trim(), '64');
});

test('exports the network that the cpu engine encodes with', async (t) => {
  const cpu = await opened(t, openCpuEngine());
  const weights = livelyWeights(spec.encoder, 2);
  const shape = { rows: 3, imageSize: 4 };
  const reference = await cpu.createEncoder(spec.encoder, weights, shape);
  const pixels = normalValues(3 * 4 * 4 * 3, 'encode');
  const expected = await reference.run(pixels.slice());
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
});

test('refuses numbers out of range', async (t) => {
  for (const threads of [0, 1.5, NaN]) {
    await t.throwsAsync(openOnnxEngine({ threads }), { instanceOf: RangeError });
  }
  const engine = await opened(t, openOnnxEngine());
  t.regex(engine.device, /^cpu, \d+ threads?$/u);
  await t.throwsAsync(engine.createTrainer({ ...spec, momentum: 1 }), { instanceOf: RangeError });
  const shape = { rows: 0, imageSize: 4 };
  await t.throwsAsync(engine.createEncoder(spec.encoder, initialWeights(spec.encoder, 1), shape), {
    instanceOf: RangeError,
    message: /`rows` to be an integer of at least 1, got `0`/u,
  });
  // What only tracing finds: a BatchNorm that sees one value for each channel.
  const single = { images: 1, views: 1, imageSize: 4 };
  await t.throwsAsync(engine.createTrainer({ ...spec, shape: single }), {
    instanceOf: RangeError,
    message: /more than 1 value per channel/u,
  });
});

function floats(tensor: Tensor): Float32Array {
  return tensor.data as Float32Array;
}
