import test from 'ava';
import { PipelineError } from '../../../operators/errors.ts';
import { checkState, checkWeights } from '../../../operators/step/check-state.ts';
import { initialWeights } from '../../../operators/model/initial-weights.ts';
import type { NamedTensor, TrainerState } from '../../../operators/types.ts';
import type { EncoderSpec } from '../../../operators/model/encoder-spec.ts';
import { zeroMomentum } from '../../helpers/networks.ts';

const spec: EncoderSpec = { architecture: 'resnet8', head: 'mlp', projectionSize: 8 };

function state(
  change: (state: {
    step: number;
    weights: Map<string, NamedTensor>;
    momentum: Map<string, NamedTensor>;
  }) => void = () => undefined,
): TrainerState {
  const weights = new Map(initialWeights(spec, 1));
  const changed = { step: 3, weights, momentum: new Map(zeroMomentum(weights)) };
  change(changed);
  return changed;
}

test('takes a state that fits, in any order', (t) => {
  t.notThrows(() => checkState({ encoder: spec }, state()));
  t.notThrows(() => checkWeights(spec, new Map([...initialWeights(spec, 1)].reverse())));
});

for (const [title, change, message] of [
  [
    'a missing weight',
    (s) => s.weights.delete('layer2.0.bn1.running_var'),
    /`weights` to hold `layer2\.0\.bn1\.running_var` of shape `\[32\]`, got none/u,
  ],
  [
    'a missing buffer',
    (s) => s.momentum.delete('bn1.bias'),
    /`momentum` to hold `bn1\.bias` of shape `\[16\]`, got none/u,
  ],
  [
    'a weight of another shape',
    (s) => s.weights.set('head.2.bias', { shape: [9], data: new Float32Array(9) }),
    /`head\.2\.bias` in `weights` to have the shape `\[8\]`, got `\[9\]`/u,
  ],
  [
    'a weight with too few values',
    (s) => s.weights.set('head.2.bias', { shape: [8], data: new Float32Array(7) }),
    /`head\.2\.bias` in `weights` to hold 8 values, got 7/u,
  ],
  [
    'an unknown weight',
    (s) => s.weights.set('fc.weight', { shape: [1], data: new Float32Array(1) }),
    /`weights` without `fc\.weight`/u,
  ],
  [
    'a buffer for a statistic',
    (s) => s.momentum.set('bn1.running_mean', { shape: [16], data: new Float32Array(16) }),
    /`momentum` without `bn1\.running_mean`/u,
  ],
  ['a step below 0', (s) => (s.step = -1), /`step` to be an integer of at least 0, got `-1`/u],
] as const satisfies readonly (readonly [string, Parameters<typeof state>[0], RegExp])[]) {
  test(`refuses ${title}`, (t) => {
    const error = t.throws(() => checkState({ encoder: spec }, state(change)), { message });
    t.true(error instanceof PipelineError && error.code === 'ERR_SHAPE');
  });
}
