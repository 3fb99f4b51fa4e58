import test from 'ava';
import { PipelineError } from '../../../operators/errors.ts';
import { UsageError } from '../../../pipeline/options/usage-error.ts';
import { errorInOuterNames, inOuterNames } from '../../../pipeline/parts/outer-names.ts';

const names = { split: 'splitTrain' };

test('a text names options as the outer run has them', (t) => {
  t.deepEqual(inOuterNames('Choose `split: a`; `split` or `out`', ['split', 'out'], names), {
    text: 'Choose `splitTrain: a`; `splitTrain` or `out`',
    options: ['splitTrain', 'out'],
  });
});

test('so does an error, which stays what it is otherwise', (t) => {
  const cause = new Error('below');
  const told = { path: 'photos', sample: 'a', options: ['split'], cause };
  t.like(errorInOuterNames(new PipelineError('ERR_DATASET', 'no `split`', told), names), {
    ...told,
    name: 'PipelineError',
    code: 'ERR_DATASET',
    message: 'no `splitTrain`',
    options: ['splitTrain'],
  });
  t.like(errorInOuterNames(new UsageError('no `split`', told), names), {
    name: 'UsageError',
    message: 'no `splitTrain`',
    options: ['splitTrain'],
    cause,
  });
});

test('an error that names no such option is the same', (t) => {
  for (const error of [new PipelineError('ERR_READ', 'gone'), new Error('`split`'), 'text']) {
    t.is(errorInOuterNames(error, names), error);
  }
});
