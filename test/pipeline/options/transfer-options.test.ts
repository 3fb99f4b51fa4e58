import test from 'ava';
import { transferVerb } from '../../../pipeline/options/transfer-options.ts';
import { UsageError } from '../../../pipeline/options/usage-error.ts';
import { resolveOptions } from '../../../pipeline/options/verb.ts';

const given = { data: 'birds', model: 'run', out: 'out' } as const;

test('one image of a class is refused where the probe holds one out, before any work', (t) => {
  t.throws(() => resolveOptions(transferVerb, { ...given, limit: 1 }), {
    instanceOf: UsageError,
    message: /^Expected `limit` to be at least 2 where `solver` is `l2`/u,
  });
  for (const other of [{ solver: 'sgd' }, { method: 'fine-tuned' }] as const) {
    t.is(resolveOptions(transferVerb, { ...given, ...other, limit: 1 }).limit, 1);
  }
});
