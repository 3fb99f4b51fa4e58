import test from 'ava';
import { openCpuEngine } from '../../../operators/engine/cpu-engine.ts';
import { initialWeights } from '../../../operators/model/initial-weights.ts';
import { parameterNames } from '../../../operators/model/weight-shapes.ts';
import { initialState } from '../../../operators/step/initial-state.ts';
import { layerRates } from '../../../operators/step/layer-rates.ts';
import type { TrainerSpec } from '../../../operators/step/step-spec.ts';
import { packedBatch } from '../../helpers/batches.ts';
import { opened } from '../../helpers/opened.ts';
import { near } from '../../helpers/tensors.ts';

const encoder = { architecture: 'resnet8', head: 'mlp', projectionSize: 6 } as const;

test('the rate falls block by block, from the head down to the stem', (t) => {
  const rates = layerRates({ encoder, layerDecay: 0.5, headRate: 3 });
  const of = (...names: string[]): (number | undefined)[] => names.map((name) => rates.get(name));
  t.deepEqual(of('head.2.weight', 'head.0.bias'), [3, 3]);
  t.deepEqual(of('layer3.0.conv2.weight', 'layer3.0.downsample.1.bias'), [0.5, 0.5]);
  t.deepEqual(of('layer2.0.bn1.weight', 'layer1.0.conv1.weight'), [0.25, 0.125]);
  t.deepEqual(of('conv1.weight', 'bn1.weight', 'bn1.bias'), [0.0625, 0.0625, 0.0625]);
  const resnet50 = { architecture: 'resnet50', head: 'classifier', projectionSize: 3 } as const;
  const deep = layerRates({ encoder: resnet50, layerDecay: 0.75 });
  t.is(deep.get('conv1.weight'), 0.75 ** 17);
  t.deepEqual([...deep.keys()].toSorted(), parameterNames(resnet50).toSorted());
});

test('without a decay every layer below the head has the rate of the step', (t) => {
  const rates = layerRates({ encoder });
  t.deepEqual([...rates.keys()].toSorted(), parameterNames(encoder).toSorted());
  t.true([...rates.values()].every((rate) => rate === 1));
});

test('a step moves each layer by its rate, and is the same step otherwise', async (t) => {
  const spec: TrainerSpec = {
    encoder,
    loss: { name: 'sincere', temperature: 0.2 },
    shape: { images: 4, views: 2, imageSize: 4 },
    momentum: 0.9,
    weightDecay: 1e-3,
  };
  const engine = await opened(t, openCpuEngine());
  const start = initialState(spec, initialWeights(encoder, 1));
  const movedBy = async (layerDecay: number | undefined) => {
    const trainer = await engine.createTrainer({ ...spec, layerDecay });
    await trainer.load(start);
    await trainer.run(packedBatch(spec.shape, 0, 2), 0.1);
    return await trainer.snapshot();
  };
  const [even, decayed] = [await movedBy(undefined), await movedBy(0.5)];
  t.deepEqual(decayed.momentum, even.momentum);
  const rates = layerRates({ encoder, layerDecay: 0.5 });
  for (const [name, { data }] of start.weights) {
    const rate = rates.get(name) ?? 1;
    const expected = data.map((x, at) => x + rate * (even.weights.get(name)!.data[at]! - x));
    near(t, decayed.weights.get(name)!.data, expected, 1e-6, name);
  }
  for (const layerDecay of [0, 1.1, NaN]) {
    await t.throwsAsync(engine.createTrainer({ ...spec, layerDecay }), {
      instanceOf: RangeError,
      message: /`layerDecay` to be a number above 0 and at most 1/u,
    });
  }
});
