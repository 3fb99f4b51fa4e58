import test from 'ava';
import { embedVerb } from '../../../pipeline/options/embed-options.ts';
import { trainVerb } from '../../../pipeline/options/train-options.ts';
import { UsageError } from '../../../pipeline/options/usage-error.ts';
import { resolveOptions } from '../../../pipeline/options/verb.ts';

const given = { data: 'photos', model: 'run', out: 'out' } as const;

test('a checkpoint is a word or a step, also where a command line has it as text', (t) => {
  const chosen = (checkpoint: unknown): unknown =>
    resolveOptions(embedVerb, { ...given, checkpoint }).checkpoint;
  t.deepEqual(['best', 'last', 0, 40, '40', null, undefined].map(chosen), [
    'best',
    'last',
    0,
    40,
    40,
    null,
    null,
  ]);
  for (const wrong of ['bset', -1, 1.5, '', true]) {
    t.throws(() => chosen(wrong), {
      instanceOf: UsageError,
      message: /Expected `checkpoint` to be `best`, `last` or a step/u,
    });
  }
});

test('a checkpoint of `init` needs a run to be one of', (t) => {
  const options = { data: 'photos', out: 'run' } as const;
  for (const init of [null, 'weights.safetensors']) {
    t.throws(() => resolveOptions(trainVerb, { ...options, init, initCheckpoint: 'best' }), {
      instanceOf: UsageError,
      message: /`initCheckpoint` to be absent/u,
    });
  }
  t.is(
    resolveOptions(trainVerb, { ...options, init: 'run-a', initCheckpoint: 'best' }).initCheckpoint,
    'best',
  );
});
