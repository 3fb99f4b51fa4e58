import test from 'ava';
import fs from 'node:fs/promises';
import { openTensorflowEngine } from '../../../operators/engine/tensorflow-engine.ts';
import { probeTensorflow } from '../../../operators/engine/tensorflow/probe-tensorflow.ts';
import { TensorflowFailure } from '../../../operators/engine/tensorflow/tensorflow-failure.ts';
import { initialWeights } from '../../../operators/model/initial-weights.ts';
import { initialBuffers } from '../../../operators/step/optimizer/optimizer-rules.ts';
import type { TrainerState } from '../../../operators/types.ts';
import { engineContract, spec } from '../../contract/engine-contract.ts';
import { lossSessionContract } from '../../contract/loss-session-contract.ts';
import { packedBatch } from '../../helpers/batches.ts';
import { fakeTensorflow, lastingFakeTensorflow } from '../../helpers/fake-tensorflow.ts';

// Everything but the native library: threads, loading, padding, the eager step.
const from = await lastingFakeTensorflow();
const found = await probeTensorflow({ from });
test.after.always(() => fs.rm(from, { recursive: true, force: true }));
engineContract(test, 'a fake tensorflow', () => openTensorflowEngine({ from, found }), {
  extent: 'few',
});

// With the native library, where it is.
const native = await probeTensorflow().catch((error: unknown) => {
  if (error instanceof TensorflowFailure) return error;
  throw error;
});
if (native instanceof TensorflowFailure) {
  test('the native library is not tried here', (t) => {
    t.log(native.message);
    t.pass();
  });
} else {
  engineContract(test, 'tensorflow', () => openTensorflowEngine({ found: native }));
  lossSessionContract('tensorflow', () => openTensorflowEngine({ found: native }));
}

test('says what it computes on, and never calls a processor a graphics card', async (t) => {
  const gpu = await fakeTensorflow(t, { usesGpu: true });
  const devices = [];
  for (const folder of [from, gpu]) {
    const engine = await openTensorflowEngine({ from: folder });
    devices.push(engine.device);
    await engine.close();
  }
  t.deepEqual(devices, [
    'cpu, TensorFlow 2.9.1 of tfjs-node-gpu 4.22.0',
    'CUDA, TensorFlow 2.9.1 of tfjs-node-gpu 4.22.0',
  ]);
});

test('refuses ONNX files, threads out of range, and what only a thread finds', async (t) => {
  await t.throwsAsync(openTensorflowEngine({ from, found, threads: 0 }), {
    instanceOf: RangeError,
  });
  const engine = await openTensorflowEngine({ from, found });
  const shape = { rows: 1, imageSize: 4 };
  await t.throwsAsync(engine.openModel({ model: new Uint8Array(1) }, shape), {
    code: 'ERR_ENGINE',
    message: /not ONNX files: use `engine: onnx`/u,
  });
  const alone = { ...spec, shape: { images: 1, views: 1, imageSize: 4 } };
  const trainer = await engine.createTrainer(alone);
  await trainer.load(start());
  await t.throwsAsync(trainer.run(packedBatch(alone.shape, 0), 0.1), {
    instanceOf: RangeError,
    message: /more than 1 value per channel/u,
  });
  await engine.close();
});

test('memory that a graphics card does not have is one clear error', async (t) => {
  const last = `
const conv = tf.getKernel('Conv2D', 'tensorflow');
tf.unregisterKernel('Conv2D', 'tensorflow');
tf.registerKernel({ ...conv, kernelFunc: () => {
  throw new Error('OOM when allocating tensor with shape[512,64,112,112] and type float');
} });`;
  const folder = await fakeTensorflow(t, { last });
  const engine = await openTensorflowEngine({ from: folder, found: { ...found, usesGpu: true } });
  const trainer = await engine.createTrainer(spec);
  await trainer.load(start());
  await t.throwsAsync(trainer.run(packedBatch(spec.shape, 0), 0.1), {
    code: 'ERR_ENGINE',
    message: /`tensorflow` engine failed in `run`: OOM when allocating.*use smaller batches/u,
  });
  t.deepEqual(await trainer.snapshot(), start());
  await engine.close();
});

function start(): TrainerState {
  return {
    step: 0,
    weights: initialWeights(spec.encoder, 1),
    ...initialBuffers(spec.encoder, spec.optimizer),
  };
}
