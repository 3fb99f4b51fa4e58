import test from 'ava';
import { messageOf, PipelineError } from '../../operators/errors.ts';

test('an error names the options of its message, beside what it concerns', (t) => {
  const cause = new Error('no space');
  const error = new PipelineError('ERR_CONFIG', 'Continue with `resume: true`, or change `out`.', {
    path: 'runs/a',
    options: ['resume', 'out'],
    cause,
  });
  t.like(error, { name: 'PipelineError', code: 'ERR_CONFIG', path: 'runs/a', cause });
  t.deepEqual(error.options, ['resume', 'out']);
});

test('an error that names no options has an empty list of them, and no cause unless given one', (t) => {
  const error = new PipelineError('ERR_READ', 'Cannot read `a`.');
  t.deepEqual(error.options, []);
  t.is(error.sample, undefined);
  t.is(error.path, undefined);
  t.false('cause' in error);
});

test('whatever is thrown has a message', (t) => {
  t.is(messageOf(new RangeError('too far')), 'too far');
  t.is(messageOf('plain'), 'plain');
  t.is(messageOf(undefined), 'undefined');
});
