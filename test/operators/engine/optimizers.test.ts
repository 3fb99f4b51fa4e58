import test from 'ava';
import { openCpuEngine } from '../../../operators/engine/cpu-engine.ts';
import type { TrainerSpec } from '../../../operators/step/step-spec.ts';
import { initialWeights } from '../../../operators/model/initial-weights.ts';
import { initialState } from '../../../operators/step/initial-state.ts';
import type { TrainerState } from '../../../operators/types.ts';
import { packedBatch } from '../../helpers/batches.ts';
import { near } from '../../helpers/tensors.ts';
import { opened } from '../../helpers/opened.ts';

const spec: TrainerSpec = {
  encoder: { architecture: 'resnet8', head: 'mlp', projectionSize: 6 },
  loss: { name: 'sincere', temperature: 0.2 },
  shape: { images: 4, views: 2, imageSize: 4 },
  momentum: 0.9,
  weightDecay: 1e-3,
};

function stateOf(task: TrainerSpec): TrainerState {
  return initialState(task, initialWeights(task.encoder, 1));
}

test('the gradient is as long as read out, and clipped only afterwards', async (t) => {
  const engine = await opened(t, openCpuEngine());
  // From momentum 0 and without decay, the new buffer is the gradient that the update followed.
  const followed = async (clipNorm: number | undefined) => {
    const trainer = await engine.createTrainer({ ...spec, weightDecay: 0, clipNorm });
    await trainer.load(stateOf(spec));
    const { gradientNorm } = await trainer.run(packedBatch(spec.shape, 0, 2), 0.02);
    const { momentum } = await trainer.snapshot();
    const norm = Math.hypot(...[...momentum.values()].map(({ data }) => Math.hypot(...data)));
    return { gradientNorm, norm };
  };
  const whole = await followed(undefined);
  near(t, [whole.gradientNorm], [whole.norm], 1e-6);
  const clipped = await followed(whole.norm / 2);
  t.is(clipped.gradientNorm, whole.gradientNorm);
  near(t, [clipped.norm], [whole.norm / 2], 1e-6);
});

test('the average follows every weight, by a decay that grows up to the one that is asked for', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const averageDecay = 0.3;
  const trainer = await engine.createTrainer({ ...spec, frozen: 'stem', averageDecay });
  await trainer.load(stateOf({ ...spec, averageDecay }));
  const expected = new Map(
    [...initialWeights(spec.encoder, 1)].map(([name, { data }]) => [name, Float64Array.from(data)]),
  );
  // min(0.3, (1 + t) / (10 + t)) of the updates 1, 2, 3 and 4.
  for (const [step, decay] of [2 / 11, 3 / 12, 0.3, 0.3].entries()) {
    await trainer.run(packedBatch(spec.shape, step, 2), 0.02);
    const { weights, average } = await trainer.snapshot();
    t.deepEqual([...average!.keys()], [...weights.keys()]);
    for (const [name, { data }] of weights) {
      const now = expected.get(name)!.map((x, at) => decay * x + (1 - decay) * data[at]!);
      expected.set(name, now);
      near(t, average!.get(name)!.data, now, 1e-6, name);
    }
    // What does not move is its own average, bit for bit.
    t.deepEqual(average!.get('conv1.weight'), weights.get('conv1.weight'));
    t.deepEqual(average!.get('bn1.running_mean'), weights.get('bn1.running_mean'));
    t.notDeepEqual(average!.get('head.2.bias'), weights.get('head.2.bias'));
    t.notDeepEqual(
      average!.get('layer1.0.bn1.running_var'),
      weights.get('layer1.0.bn1.running_var'),
    );
  }
});

test('an average changes neither weights nor buffers, and is refused where none is kept', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const [plain, averaged] = [
    await engine.createTrainer(spec),
    await engine.createTrainer({ ...spec, averageDecay: 0.9 }),
  ];
  await plain.load(stateOf(spec));
  await averaged.load(stateOf({ ...spec, averageDecay: 0.9 }));
  for (const trainer of [plain, averaged]) await trainer.run(packedBatch(spec.shape, 0, 2), 0.02);
  const { average, ...others } = await averaged.snapshot();
  t.deepEqual(others, await plain.snapshot());
  await t.throwsAsync(plain.load({ ...others, average }), {
    code: 'ERR_SHAPE',
    message: /without an `average` of the weights, got one; was it saved with another/u,
  });
  await t.throwsAsync(averaged.load(others), {
    code: 'ERR_SHAPE',
    message: /`average` to hold `conv1\.weight` of shape `\[16, 3, 3, 3\]`, got none/u,
  });
  for (const averageDecay of [0, 1, NaN]) {
    await t.throwsAsync(engine.createTrainer({ ...spec, averageDecay }), {
      instanceOf: RangeError,
      message: /`averageDecay` to be a number above 0 and below 1/u,
    });
  }
});

test('a state of another optimizer is refused', async (t) => {
  const engine = await opened(t, openCpuEngine());
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
});
