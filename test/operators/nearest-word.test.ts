import test from 'ava';
import { nearestWord } from '../../operators/nearest-word.ts';

const words = ['batchSize', 'seed', 'steps', 'learningRate', 'k'];

test('one or two slips of the finger are understood', (t) => {
  t.is(nearestWord('batchsize', words), 'batchSize');
  t.is(nearestWord('batch-size', words), 'batchSize');
  t.is(nearestWord('bathcSize', words), 'batchSize');
  t.is(nearestWord('sed', words), 'seed');
  t.is(nearestWord('step', words), 'steps');
  t.is(nearestWord('learnignRate', words), 'learningRate');
});

test('something else is not', (t) => {
  t.is(nearestWord('dropout', words), undefined);
  t.is(nearestWord('anything', []), undefined);
});

test('of equally near words the first is meant', (t) => {
  t.is(nearestWord('seep', ['seed', 'step']), 'seed');
});
