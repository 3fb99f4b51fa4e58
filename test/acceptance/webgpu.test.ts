import test from 'ava';
import { openCpuEngine } from '../../operators/engine/cpu-engine.ts';
import type { TrainerSpec } from '../../operators/step/step-spec.ts';
import { GraphBuilder } from '../../operators/onnx/graph/graph-builder.ts';
import { encodeModel } from '../../operators/onnx/graph/onnx-model.ts';
import { placementOn } from '../../operators/onnx/placement.ts';
import { createSession, loadRuntime, runSession } from '../../operators/onnx/runtime.ts';
import { openOnnxEngine } from '../../operators/engine/onnx-engine.ts';
import { initialWeights } from '../../operators/model/initial-weights.ts';
import { packedBatch } from '../helpers/batches.ts';
import { livelyWeights, zeroMomentum } from '../helpers/networks.ts';
import { useSoftwareAdapter } from '../helpers/software-adapter.ts';
import { near, normalValues } from '../helpers/tensors.ts';
import { unitRows } from '../helpers/unit-rows.ts';
import { opened } from '../helpers/opened.ts';

const without = useSoftwareAdapter();
if (without !== undefined) console.log(`left out: ${without}`);
// Serial, and one engine: the adapter takes turns anyway, and keeps for a process what it has compiled.
const onAdapter = without === undefined ? test.serial : test.serial.skip;

const spec: TrainerSpec = {
  encoder: { architecture: 'resnet8', head: 'mlp', projectionSize: 6 },
  loss: { name: 'sincere', temperature: 0.2 },
  shape: { images: 4, views: 2, imageSize: 4 },
  momentum: 0.9,
  weightDecay: 1e-3,
};

onAdapter('on WebGPU an engine equals the cpu engine', async (t) => {
  t.timeout(170_000);
  const engine = await opened(t, openOnnxEngine({ device: 'webgpu', software: true, threads: 1 }));
  t.is(engine.device, 'webgpu, software adapter, libvk_swiftshader.so');
  const reference = await opened(t, openCpuEngine());

  // Five steps: read-outs, every weight, running statistic and momentum, which after the first step is the gradient.
  const [trainer, expected] = [
    await engine.createTrainer(spec),
    await reference.createTrainer(spec),
  ];
  const weights = initialWeights(spec.encoder, 1);
  const start = { step: 0, weights, momentum: zeroMomentum(weights) };
  await Promise.all([trainer.load(start), expected.load(start)]);
  for (let step = 0; step < 5; step += 1) {
    const batch = packedBatch(spec.shape, step, 2);
    // A row that the loss leaves out, as padding is.
    batch.labels[7] = -1;
    const copy = { ...batch, pixels: batch.pixels.slice() };
    const { effectiveRank: rank, samples, ...numbers } = await expected.run(copy, 0.02);
    const { effectiveRank, samples: given, ...readouts } = await trainer.run(batch, 0.02);
    t.deepEqual(given, samples);
    // As on the processor (`onnx-engine.test.ts`): each step passes its rounding on to the next.
    const tolerance = 2e-5 * (step + 1);
    near(t, Object.values(readouts), Object.values(numbers), tolerance, 'read-outs');
    near(t, [effectiveRank], [rank], tolerance / Math.min(1, 10 * numbers.spread), 'rank');
    if (step !== 0 && step !== 4) continue;
    const [got, wanted] = [await trainer.snapshot(), await expected.snapshot()];
    t.is(got.step, step + 1);
    for (const part of ['weights', 'momentum'] as const) {
      t.deepEqual([...got[part].keys()], [...wanted[part].keys()]);
      for (const [name, { shape, data }] of wanted[part]) {
        t.deepEqual([...got[part].get(name)!.shape], [...shape]);
        near(t, got[part].get(name)!.data, data, tolerance, `${part} ${name}`);
      }
    }
  }

  // A step that is not finite is refused, and the state, which is on the device, is that before it.
  const before = await trainer.snapshot();
  const broken = packedBatch(spec.shape, 0, 2);
  broken.pixels[5] = NaN;
  await t.throwsAsync(trainer.run(broken, 0.02), { code: 'ERR_NOT_FINITE' });
  t.deepEqual(await trainer.snapshot(), before);
  // A snapshot goes back to where it was taken.
  const next = await trainer.run(packedBatch(spec.shape, 5, 2), 0.02);
  await trainer.load(before);
  const again = await trainer.run(packedBatch(spec.shape, 5, 2), 0.02);
  near(t, Object.values(again), Object.values(next), 1e-6, 'read-outs again');

  // Vectors, while the trainer has its session: threads take turns.
  const shape = { rows: 3, imageSize: 4 };
  const lively = livelyWeights(spec.encoder, 2);
  const pixels = normalValues(3 * 4 * 4 * 3, 'encode');
  const session = await engine.createEncoder(spec.encoder, lively, shape);
  const encoder = await reference.createEncoder(spec.encoder, lively, shape);
  const wanted = await encoder.run(pixels.slice());
  const [got] = await Promise.all([
    session.run(pixels.slice()),
    trainer.run(packedBatch(spec.shape, 6, 2), 0.02),
  ]);
  near(t, got.embedding, wanted.embedding, 1e-5, 'embedding');
  near(t, got.projection, wanted.projection, 1e-5, 'projection');

  // The loss of a set, with its gradient.
  const z = unitRows(12, 6, 'rows');
  const rows = { z, size: 6, labels: Int32Array.from({ length: 12 }, (_, row) => row % 3) };
  const [losses, referenceLosses] = [
    await engine.createLoss(spec.loss),
    await reference.createLoss(spec.loss),
  ];
  const whole = { gradient: true, readouts: true };
  const measured = await losses.run(rows, whole);
  const expectedLoss = await referenceLosses.run(rows, whole);
  near(t, [measured.value], [expectedLoss.value], 1e-6, 'loss');
  near(t, measured.gradient!, expectedLoss.gradient!, 1e-5, 'gradient');

  // A model from elsewhere: without a workaround for what the provider misreads, it is compared with the processor.
  const right = await engine.openModel({ model: convolutionOf(4) }, { rows: 1, imageSize: 5 });
  t.is(right.embeddingSize, 4);
  await t.throwsAsync(engine.openModel({ model: convolutionOf(6) }, { rows: 1, imageSize: 5 }), {
    code: 'ERR_ENGINE',
    message: /`webgpu` to compute what the processor does, got `y` of the model off by/u,
  });
  await Promise.all([engine.close(), reference.close()]);
});

onAdapter('a software adapter is refused unless it is asked for', async (t) => {
  await t.throwsAsync(openOnnxEngine({ device: 'webgpu' }), {
    code: 'ERR_ENGINE',
    message:
      /`webgpu` cannot be used here: it is no graphics card but software.*libvk_swiftshader/u,
  });
});

onAdapter('a trial that takes too long is ended', async (t) => {
  const options = { device: 'webgpu', software: true, checkSeconds: 0.05 } as const;
  await t.throwsAsync(openOnnxEngine(options), {
    code: 'ERR_ENGINE',
    message: /`webgpu` cannot be used here: it did not answer within `0\.05` s/u,
  });
});

onAdapter(
  'a tensor too large for the device is one clear error, and the next run works',
  async (t) => {
    const runtime = await loadRuntime();
    const summed = async (rows: number): Promise<number> => {
      const graph = new GraphBuilder();
      graph.input({ name: 'x', type: 'float32', dims: [1, 1] });
      const large = graph.node('Neg', [graph.node('Expand', ['x', graph.integers([rows, 1024])])]);
      const value = graph.node('ReduceSum', [large], { keepdims: { int: 0 } });
      const model = graph.finish([{ name: 'sum', type: 'float32', dims: [], value }]);
      const placement = placementOn({ device: 'webgpu', threads: 1 });
      const session = await createSession(runtime, model, placement);
      try {
        const x = new runtime.Tensor('float32', Float32Array.of(2), [1, 1]);
        // The output that was declared above.
        return (await runSession(session, { x }))['sum']!.data[0] as number;
      } finally {
        await session.release();
      }
    };
    await t.throwsAsync(summed(2 ** 20), {
      code: 'ERR_ENGINE',
      message: /WebGPU validation failed.*memory was short: use smaller batches/u,
    });
    t.is(await summed(2), -4096);
  },
);

/** Images through a convolution to `channels`, and through one from there to 4, averaged: a model as others write it. */
function convolutionOf(channels: number): Uint8Array {
  const graph = new GraphBuilder();
  const filter = (outputs: number, inputs: number): string =>
    graph.constant(normalValues(outputs * inputs * 9, outputs, inputs), [outputs, inputs, 3, 3]);
  const pads = { pads: { ints: [1, 1, 1, 1] } };
  graph.input({ name: 'images', type: 'float32', dims: [1, 3, 5, 5] });
  const hidden = graph.node('Conv', ['images', filter(channels, 3)], pads);
  const y = graph.node('GlobalAveragePool', [
    graph.node('Conv', [hidden, filter(4, channels)], pads),
  ]);
  return encodeModel(graph.finish([{ name: 'y', type: 'float32', dims: [1, 4, 1, 1], value: y }]));
}
