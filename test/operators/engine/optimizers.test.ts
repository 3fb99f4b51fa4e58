import test from 'ava';
import { openCpuEngine } from '../../../operators/engine/cpu-engine.ts';
import type { TrainerSpec } from '../../../operators/step/step-spec.ts';
import { initialWeights } from '../../../operators/model/initial-weights.ts';
import { initialBuffers } from '../../../operators/step/optimizer/optimizer-rules.ts';
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

function stateOf({ encoder, optimizer }: TrainerSpec): TrainerState {
  return { step: 0, weights: initialWeights(encoder, 1), ...initialBuffers(encoder, optimizer) };
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
