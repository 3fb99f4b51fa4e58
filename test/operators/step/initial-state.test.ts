import test from 'ava';
import { initialWeights } from '../../../operators/model/initial-weights.ts';
import { initialState } from '../../../operators/step/initial-state.ts';

const encoder = { architecture: 'resnet8', head: 'linear', projectionSize: 2 } as const;
const weights = initialWeights(encoder, 0);

test('a state begins with zeros in what its optimizer keeps', (t) => {
  t.deepEqual(Object.keys(initialState({ encoder }, weights)), ['step', 'weights', 'momentum']);
  const lars = initialState({ encoder, optimizer: 'lars' }, weights);
  t.deepEqual(Object.keys(lars), ['step', 'weights', 'momentum']);
  const { momentum, variance } = initialState({ encoder, optimizer: 'adamw' }, weights);
  t.deepEqual(momentum, variance);
  t.not(momentum.get('bn1.bias'), variance?.get('bn1.bias'));
  t.true(momentum.get('head.weight')!.data.every((x) => x === 0));
});

test('accumulated gradients begin at 0, for what is trained', (t) => {
  const spec = { encoder, accumulate: 2, frozen: 'encoder' } as const;
  const { accumulated } = initialState(spec, weights);
  t.deepEqual([...accumulated!.keys()], ['head.weight', 'head.bias']);
  t.true(accumulated!.get('head.weight')!.data.every((x) => x === 0));
});

test('an average begins as the weights themselves', (t) => {
  t.is(initialState({ encoder, averageDecay: 0.9 }, weights).average, weights);
  t.is(initialState({ encoder }, weights).average, undefined);
});
