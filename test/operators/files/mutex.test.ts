import test from 'ava';
import { mutex } from '../../../operators/files/mutex.ts';
import { deferred } from '../../helpers/deferred.ts';

test('work runs one piece at a time, in the order of the calls', async (t) => {
  const exclusively = mutex();
  const first = deferred<string>();
  const said: string[] = [];
  const work = (name: string, end: Promise<unknown>) => async (): Promise<string> => {
    said.push(`${name} begins`);
    await end;
    said.push(`${name} ends`);
    return name;
  };
  const results = [
    exclusively(work('a', first.promise)),
    exclusively(work('b', Promise.resolve())),
  ];
  first.resolve('');
  t.deepEqual(await Promise.all(results), ['a', 'b']);
  t.deepEqual(said, ['a begins', 'a ends', 'b begins', 'b ends']);
});

test('a failure concerns its caller only', async (t) => {
  const exclusively = mutex();
  const failing = exclusively(() => Promise.reject(new Error('broken')));
  const next = exclusively(async () => 'goes on');
  await t.throwsAsync(failing, { message: 'broken' });
  t.is(await next, 'goes on');
});
