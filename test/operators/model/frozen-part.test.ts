import test from 'ava';
import type { TrainerSpec } from '../../../operators/step/step-spec.ts';
import { openOnnxEngine } from '../../../operators/engine/onnx-engine.ts';
import { type FrozenPart, trainedNames } from '../../../operators/model/frozen-part.ts';
import { parameterNames } from '../../../operators/model/weight-shapes.ts';
import { packedBatch } from '../../helpers/batches.ts';
import { livelyWeights, zeroMomentum } from '../../helpers/networks.ts';
import { opened } from '../../helpers/opened.ts';

const spec: TrainerSpec = {
  encoder: { architecture: 'resnet8', head: 'mlp', projectionSize: 6 },
  loss: { name: 'sincere', temperature: 0.2 },
  shape: { images: 4, views: 2, imageSize: 4 },
  momentum: 0.9,
  weightDecay: 1e-3,
};

/** First parts of the names of what is frozen. */
const prefixes: Readonly<Record<Exclude<FrozenPart, 'layer4'>, readonly string[]>> = {
  stem: ['conv1.', 'bn1.'],
  layer1: ['conv1.', 'bn1.', 'layer1.'],
  layer2: ['conv1.', 'bn1.', 'layer1.', 'layer2.'],
  layer3: ['conv1.', 'bn1.', 'layer1.', 'layer2.', 'layer3.'],
  encoder: ['conv1.', 'bn1.', 'layer1.', 'layer2.', 'layer3.'],
};

test('parameters that are not frozen are trained, in their order', (t) => {
  const all = parameterNames(spec.encoder);
  t.deepEqual(trainedNames(spec.encoder, undefined), all);
  for (const [part, frozen] of Object.entries(prefixes)) {
    const expected = all.filter((name) => !frozen.some((prefix) => name.startsWith(prefix)));
    t.deepEqual(trainedNames(spec.encoder, part as FrozenPart), expected, part);
  }
  const deep = { architecture: 'resnet50', head: 'linear', projectionSize: 2 } as const;
  t.deepEqual(trainedNames(deep, 'layer4'), ['head.weight', 'head.bias']);
});

for (const frozen of ['layer1', 'encoder'] as const) {
  test(`what is frozen up to ${frozen} stays bit for bit, everything else moves`, async (t) => {
    const engine = await opened(t, openOnnxEngine({ threads: 1 }));
    try {
      for (const microBatch of [undefined, 2]) {
        const trainer = await engine.createTrainer({ ...spec, frozen, microBatch });
        const weights = livelyWeights(spec.encoder, 1);
        await trainer.load({ step: 0, weights, momentum: zeroMomentum(weights) });
        const before = await trainer.snapshot();
        for (let step = 0; step < 2; step += 1) {
          await trainer.run(packedBatch(spec.shape, step, 2), 0.05);
        }
        const after = await trainer.snapshot();
        for (const [name, { data }] of after.weights) {
          const stays = prefixes[frozen].some((prefix) => name.startsWith(prefix));
          const old = before.weights.get(name)!.data;
          if (stays) t.deepEqual(data, old, name);
          else t.notDeepEqual(data, old, name);
          if (stays && after.momentum.has(name)) {
            t.true(
              after.momentum.get(name)!.data.every((x) => x === 0),
              name,
            );
          }
        }
        await trainer.close();
      }
    } finally {
      await engine.close();
    }
  });
}

test('refuses a stage that the network lacks', async (t) => {
  const engine = await opened(t, openOnnxEngine({ threads: 1 }));
  await t.throwsAsync(engine.createTrainer({ ...spec, frozen: 'layer4' }), {
    instanceOf: RangeError,
    message: /`frozen` to be one of `stem`, `layer1`, `layer2`, `layer3`, `encoder`, got `layer4`/u,
  });
});
