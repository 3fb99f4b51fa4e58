import test from 'ava';
import { openCpuEngine } from '../../../operators/engine/cpu-engine.ts';
import type { TrainerSpec } from '../../../operators/engine/engine.ts';
import { openOnnxEngine } from '../../../operators/engine/onnx-engine.ts';
import { initialWeights } from '../../../operators/model/initial-weights.ts';
import { bufferNames, initialBuffers } from '../../../operators/model/optimizer/optimizers.ts';
import type { TrainerState } from '../../../operators/types.ts';
import { packedBatch } from '../../helpers/batches.ts';
import { near } from '../../helpers/tensors.ts';

const spec: TrainerSpec = {
  encoder: { architecture: 'resnet8', head: 'mlp', projectionSize: 6 },
  loss: { name: 'sincere', temperature: 0.2 },
  shape: { images: 4, views: 2, imageSize: 4 },
  momentum: 0.9,
  weightDecay: 1e-3,
};

function stateOf({ encoder, optimizer }: TrainerSpec): TrainerState {
  return { step: 0, weights: initialWeights(encoder, 1), ...initialBuffers(encoder, optimizer) };
}

const tasks: readonly (readonly [
  what: string,
  steps: number,
  learningRate: number,
  changes: Partial<TrainerSpec>,
  amplified?: number,
])[] = [
  ['AdamW', 5, 1e-3, { optimizer: 'adamw', weightDecay: 0.01 }],
  ['LARS', 5, 0.3, { optimizer: 'lars' }],
  ['clipped SGD', 5, 0.02, { clipNorm: 0.5 }],
  [
    'clipped AdamW in chunks',
    2,
    1e-3,
    { optimizer: 'adamw', clipNorm: 0.5, microBatch: 2, batchNorm: 'frozen', headRate: 2 },
    // The first steps divide each gradient by its own size, so one that is all rounding counts like any other.
    10,
  ],
];

for (const [what, steps, learningRate, changes, amplified = 1] of tasks) {
  test(`${steps} steps equal the cpu engine, and go on from a snapshot: ${what}`, async (t) => {
    const task: TrainerSpec = { ...spec, ...changes };
    const [onnx, cpu] = [await openOnnxEngine({ threads: 1 }), await openCpuEngine()];
    const [trainer, reference] = [await onnx.createTrainer(task), await cpu.createTrainer(task)];
    await Promise.all([trainer.load(stateOf(task)), reference.load(stateOf(task))]);
    let half: TrainerState | undefined;
    for (let step = 0; step < steps; step += 1) {
      if (step === steps - 1) half = await trainer.snapshot();
      const expected = await reference.run(packedBatch(spec.shape, step, 2), learningRate);
      const { loss } = await trainer.run(packedBatch(spec.shape, step, 2), learningRate);
      // As for SGD: sums in another order, and each step passes its error on to the next.
      near(t, [loss], [expected.loss], 1e-5 * (step + 1), 'loss');
    }
    const [got, wanted] = [await trainer.snapshot(), await reference.snapshot()];
    t.is(got.step, steps);
    t.deepEqual(Object.keys(got).toSorted(), Object.keys(stateOf(task)).toSorted());
    t.deepEqual(Object.keys(wanted).toSorted(), Object.keys(got).toSorted());
    for (const part of ['weights', ...bufferNames] as const) {
      t.deepEqual([...(got[part]?.keys() ?? [])], [...(wanted[part]?.keys() ?? [])]);
      for (const [name, { data }] of wanted[part] ?? []) {
        near(t, got[part]!.get(name)!.data, data, 1e-5 * steps * amplified, `${part} ${name}`);
      }
    }
    await trainer.load(half!);
    await trainer.run(packedBatch(spec.shape, steps - 1, 2), learningRate);
    t.deepEqual(await trainer.snapshot(), got);
    await Promise.all([onnx.close(), cpu.close()]);
  });
}

test('a state of another optimizer is refused', async (t) => {
  const engine = await openCpuEngine();
  const sgd = await engine.createTrainer(spec);
  const adamw = await engine.createTrainer({ ...spec, optimizer: 'adamw' });
  await t.throwsAsync(sgd.load(stateOf({ ...spec, optimizer: 'adamw' })), {
    code: 'ERR_SHAPE',
    message: /state of the optimizer `sgd`, got one with `variance`; was it saved by another/u,
  });
  await t.throwsAsync(adamw.load(stateOf(spec)), {
    code: 'ERR_SHAPE',
    message: /`variance` to hold `conv1\.weight` of shape `\[16, 3, 3, 3\]`, got none/u,
  });
  for (const clipNorm of [0, -1, NaN, Infinity]) {
    await t.throwsAsync(engine.createTrainer({ ...spec, clipNorm }), {
      instanceOf: RangeError,
      message: /`clipNorm` to be a number above 0/u,
    });
  }
  await t.throwsAsync(engine.createTrainer({ ...spec, optimizer: 'adam' as 'adamw' }), {
    instanceOf: RangeError,
    message: /`optimizer` to be one of `sgd`, `adamw`, `lars`, got `adam`/u,
  });
  await engine.close();
});
