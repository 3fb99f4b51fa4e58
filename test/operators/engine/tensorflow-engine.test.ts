import { readFile } from 'node:fs/promises';
import test from 'ava';
import { openTensorflowEngine } from '../../../operators/engine/tensorflow-engine.ts';
import { initialWeights } from '../../../operators/model/initial-weights.ts';
import { initialState } from '../../../operators/step/initial-state.ts';
import type { TrainerState } from '../../../operators/types.ts';
import { spec } from '../../contract/engine-contract.ts';
import { packedBatch } from '../../helpers/batches.ts';
import { fakeTensorflow } from '../../helpers/fake-tensorflow.ts';
import { whereTensorflowIs } from '../../helpers/native-tensorflow.ts';
import { opened } from '../../helpers/opened.ts';
import { normalValues } from '../../helpers/tensors.ts';

await whereTensorflowIs((found) => {
  const open = () => openTensorflowEngine({ found, threads: 1 });

  test('the real library is told by its version, and what it computes on', async (t) => {
    const engine = await opened(t, open());
    t.regex(engine.device, /^(?:CUDA|cpu), TensorFlow \d+\.\d+\.\d+ of tfjs-node-gpu 4\.\d+\.\d+/u);
    t.is(engine.device.startsWith('CUDA'), found.usesGpu);
  });

  test.serial(
    'the library stays in the process when the last thread that has it ends',
    async (t) => {
      const engine = await open();
      const encoder = await engine.createEncoder(spec.encoder, start().weights, {
        rows: 1,
        imageSize: 4,
      });
      await encoder.close();
      await engine.close();
      // Only Linux has this file.
      const mapped = await readFile('/proc/self/maps', 'utf8').catch(() => 'tfjs_binding');
      t.true(mapped.includes('tfjs_binding'));
    },
  );

  test('the real library refuses ONNX files, and what only its thread finds', async (t) => {
    const engine = await opened(t, open());
    const shape = { rows: 1, imageSize: 4 };
    await t.throwsAsync(engine.openModel({ model: new Uint8Array(1) }, shape), {
      code: 'ERR_ENGINE',
      message: /not ONNX files: use `engine: onnx`/u,
    });
    const alone = { ...spec, shape: { images: 1, views: 1, imageSize: 4 } };
    const found = { instanceOf: RangeError, message: /more than 1 value per channel/u };
    await t.throwsAsync(engine.createTrainer(alone), found);
  });

  test('of a batch in more than one part, every image is as it is by itself', async (t) => {
    const engine = await opened(t, open());
    // Three parts at this side, the last one of them filled up.
    const shape = { rows: 5, imageSize: 640 };
    const session = await engine.createEncoder(spec.encoder, start().weights, shape);
    const image = shape.imageSize ** 2 * 3;
    const pixels = normalValues(shape.rows * image, 'parts');
    const together = await session.run(pixels.slice());
    const last = await session.run(pixels.slice(4 * image));
    t.deepEqual(last.embedding, together.embedding.slice(4 * session.embeddingSize));
  });
});

test('threads out of range are refused before anything is tried', async (t) => {
  await t.throwsAsync(openTensorflowEngine({ threads: 0 }), { instanceOf: RangeError });
});

test('on the card of a fake, it says that it computes on CUDA', async (t) => {
  const from = await fakeTensorflow(t, { usesGpu: true });
  const engine = await opened(t, openTensorflowEngine({ from }));
  t.is(engine.device, 'CUDA, TensorFlow 2.9.1 of tfjs-node-gpu 4.22.0');
});

test('on the card of a fake, memory that it does not have is one clear error', async (t) => {
  const last = `
const conv = tf.getKernel('Conv2D', 'tensorflow');
tf.unregisterKernel('Conv2D', 'tensorflow');
tf.registerKernel({ ...conv, kernelFunc: () => {
  throw new Error('OOM when allocating tensor with shape[512,64,112,112] and type float');
} });`;
  const from = await fakeTensorflow(t, { last });
  const found = {
    version: '4.22.0',
    library: '2.9.1',
    usesGpu: true,
    loader: { builtForCuda: true, lacksCuda: false, complaints: [] },
  };
  const engine = await opened(t, openTensorflowEngine({ from, found, mode: 'eager' }));
  const trainer = await engine.createTrainer(spec);
  await trainer.load(start());
  await t.throwsAsync(trainer.run(packedBatch(spec.shape, 0), 0.1), {
    code: 'ERR_ENGINE',
    message: /`tensorflow` engine failed in `run`: OOM when allocating.*use smaller batches/u,
  });
  t.deepEqual(await trainer.snapshot(), start());
});

function start(): TrainerState {
  return initialState(spec, initialWeights(spec.encoder, 1));
}
