import { createRequire } from 'node:module';
import test from 'ava';
import { restoreUtil } from '../../../../operators/engine/tensorflow/restore-util.ts';

test('what the package calls is there, whatever Node has taken away', (t) => {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  const [isNullOrUndefined, isArray] = [util['isNullOrUndefined'], util['isArray']];
  t.teardown(() => Object.assign(util, { isNullOrUndefined, isArray }));
  delete util['isNullOrUndefined'];
  delete util['isArray'];
  restoreUtil();
  const restored = util as Record<'isNullOrUndefined' | 'isArray', (value: unknown) => boolean>;
  t.deepEqual(
    [undefined, null, 0].map((value) => restored.isNullOrUndefined(value)),
    [true, true, false],
  );
  t.true(restored.isArray([]));
});
