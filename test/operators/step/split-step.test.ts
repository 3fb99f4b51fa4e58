import test, { type ExecutionContext } from 'ava';
import type { TrainerSpec } from '../../../operators/step/step-spec.ts';
import { openOnnxEngine } from '../../../operators/engine/onnx-engine.ts';
import { initialWeights } from '../../../operators/model/initial-weights.ts';
import { chunkImages } from '../../../operators/step/split-step.ts';
import type { TrainerState } from '../../../operators/types.ts';
import type { StepReadouts } from '../../../operators/step/step-readouts.ts';
import type { LossSpec } from '../../../operators/loss/loss-spec.ts';
import { patternedBatch } from '../../helpers/batches.ts';
import { usualLosses } from '../../helpers/loss-specs.ts';
import { zeroMomentum } from '../../helpers/networks.ts';
import { near } from '../../helpers/tensors.ts';
import { opened } from '../../helpers/opened.ts';

const spec: TrainerSpec = {
  encoder: { architecture: 'resnet8', head: 'mlp', projectionSize: 16 },
  loss: { name: 'sincere', temperature: 0.1 },
  shape: { images: 24, views: 2, imageSize: 8 },
  momentum: 0.9,
  weightDecay: 1e-4,
  batchNorm: 'frozen',
};

async function stepped(
  t: ExecutionContext,
  task: TrainerSpec,
): Promise<{ readonly readouts: StepReadouts; readonly state: TrainerState }> {
  const engine = await opened(t, openOnnxEngine({ threads: 1 }));
  const trainer = await engine.createTrainer(task);
  const weights = initialWeights(task.encoder, 1);
  await trainer.load({ step: 0, weights, momentum: zeroMomentum(weights) });
  const batch = patternedBatch(task.shape, 0, 5);
  // Padding, as a batch with unreadable images has.
  batch.labels.fill(-1, 46);
  const readouts = await trainer.run({ ...batch, samples: batch.samples.slice(0, 23) }, 0.1);
  const state = await trainer.snapshot();
  await engine.close();
  return { readouts, state };
}

/** One of the losses is taken on its first views. */
const ofSomeAnchors = (loss: LossSpec): LossSpec =>
  loss.name === 'supcon' ? { ...loss, anchors: 'first' } : loss;

for (const loss of usualLosses(0.1).map(ofSomeAnchors)) {
  test(`chunks equal one pass with frozen BatchNorm: ${loss.name}`, async (t) => {
    const whole = await stepped(t, { ...spec, loss });
    const chunks = await stepped(t, { ...spec, loss, microBatch: 6 });
    for (const [name, value] of Object.entries(whole.readouts)) {
      near(t, [chunks.readouts[name as keyof StepReadouts]], [value], 1e-5, name);
    }
    for (const part of ['weights', 'momentum'] as const) {
      for (const [name, { data }] of whole.state[part]) {
        near(t, chunks.state[part].get(name)!.data, data, 1e-5, `${part} ${name}`);
      }
    }
    // Frozen statistics are those from before, to the last bit.
    const before = initialWeights(spec.encoder, 1);
    for (const name of ['bn1.running_mean', 'layer3.0.bn2.running_var']) {
      t.deepEqual(chunks.state.weights.get(name), before.get(name));
      t.deepEqual(whole.state.weights.get(name), before.get(name));
    }
  });
}

test('otherwise running statistics move once, by the mean of the chunks', async (t) => {
  const { momentum: _, ...task } = { ...spec, batchNorm: 'batch' } as const;
  const chunked = await stepped(t, { ...task, momentum: 0, microBatch: 12 });
  // The stem sees pixels, so its mean over the batch is the mean over the chunks.
  const whole = await stepped(t, { ...task, momentum: 0 });
  const name = 'bn1.running_mean';
  near(t, chunked.state.weights.get(name)!.data, whole.state.weights.get(name)!.data, 1e-5);
  t.notDeepEqual(
    chunked.state.weights.get('layer3.0.bn2.running_mean'),
    whole.state.weights.get('layer3.0.bn2.running_mean'),
  );
});

test('a step is split when asked, or when its loss would hold too many pairs', (t) => {
  t.is(chunkImages(spec), null);
  t.is(chunkImages({ ...spec, microBatch: 24 }), null);
  t.is(chunkImages({ ...spec, microBatch: 6 }), 6);
  const shape = { ...spec.shape, images: 1024 };
  t.is(chunkImages({ ...spec, shape }), null);
  t.is(chunkImages({ ...spec, shape: { ...shape, images: 1025 } }), 1025);
});
