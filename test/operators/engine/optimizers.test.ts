import test from 'ava';
import { openCpuEngine } from '../../../operators/engine/cpu-engine.ts';
import { optimizerNames } from '../../../operators/step/optimizer/optimizers.ts';
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
    message: /state without `average`, got one with it; was it saved with another `averageDecay`/u,
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

for (const optimizer of optimizerNames) {
  test(`${optimizer}: an update over a batch that comes twice is that over it once, bit for bit`, async (t) => {
    const engine = await opened(t, openCpuEngine());
    const once = {
      ...spec,
      optimizer,
      clipNorm: 0.5,
      averageDecay: 0.9,
      batchNorm: 'frozen',
    } as const;
    const twice = { ...once, accumulate: 2 };
    const [one, two] = [await engine.createTrainer(once), await engine.createTrainer(twice)];
    await one.load(stateOf(once));
    await two.load(stateOf(twice));
    for (let step = 0; step < 2; step += 1) {
      const { average, momentum, variance, weights } = await two.snapshot();
      const { gradientNorm } = await one.run(packedBatch(spec.shape, step, 2), 0.02);
      t.is((await two.run(packedBatch(spec.shape, step, 2), 0.02)).gradientNorm, gradientNorm);
      const between = await two.snapshot();
      t.deepEqual(partsOf(between), { average, momentum, variance, weights });
      await two.run(packedBatch(spec.shape, step, 2), 0.02);
      t.deepEqual(partsOf(await two.snapshot()), partsOf(await one.snapshot()));
    }
  });
}

/** What an update changes. */
function partsOf({ average, momentum, variance, weights }: TrainerState): object {
  return { average, momentum, variance, weights };
}

test('an update follows the mean of the gradients of its batches, each at the weights before it', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const fixed = { ...spec, batchNorm: 'frozen' } as const;
  const start = stateOf(fixed);
  // From momentum 0 and without decay, the new buffer is the gradient.
  const single = await engine.createTrainer({ ...fixed, weightDecay: 0 });
  const gradients: TrainerState['momentum'][] = [];
  for (const seq of [0, 1, 2]) {
    await single.load(start);
    await single.run(packedBatch(spec.shape, seq, 2), 0);
    gradients.push((await single.snapshot()).momentum);
  }
  const accumulating = await engine.createTrainer({ ...fixed, accumulate: 3 });
  await accumulating.load(stateOf({ ...fixed, accumulate: 3 }));
  for (const seq of [0, 1, 2]) await accumulating.run(packedBatch(spec.shape, seq, 2), 0.02);
  const { step, weights, momentum, accumulated } = await accumulating.snapshot();
  t.is(step, 3);
  for (const [name, { data }] of momentum) {
    const before = start.weights.get(name)!.data;
    const [a, b, c] = gradients.map((gradient) => gradient.get(name)!.data);
    const followed = Array.from(before, (x, at) => (a![at]! + b![at]! + c![at]!) / 3 + 1e-3 * x);
    near(t, data, followed, 1e-6, name);
    near(
      t,
      weights.get(name)!.data,
      followed.map((g, at) => before[at]! - 0.02 * g),
      1e-6,
      name,
    );
    t.true(accumulated!.get(name)!.data.every((x) => x === 0));
  }
  await t.throwsAsync(engine.createTrainer({ ...spec, accumulate: 0 }), {
    instanceOf: RangeError,
    message: /`accumulate` to be an integer of at least 1, got `0`/u,
  });
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
