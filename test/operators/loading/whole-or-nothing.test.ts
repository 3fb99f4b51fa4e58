import test from 'ava';
import { wholeOrNothing } from '../../../operators/loading/whole-or-nothing.ts';
import { deferred, settled } from '../../helpers/deferred.ts';

const never = (): AbortSignal => new AbortController().signal;

test('a task gives what its work gives, without a wait for its parts', async (t) => {
  const open = deferred<void>();
  const result = await wholeOrNothing(never(), async (task) => {
    task.until(open.promise);
    return 7;
  });
  t.is(result, 7);
});

test('a task that fails aborts its parts, and rejects when those that had begun have ended', async (t) => {
  const part = deferred<void>();
  let [aborted, isOver] = [false, false];
  const task = wholeOrNothing(never(), async (parts) => {
    parts.signal.addEventListener('abort', () => (aborted = true));
    parts.until(part.promise);
    throw new Error('one part failed');
  }).finally(() => (isOver = true));
  task.catch(() => {});
  await settled();
  t.deepEqual([aborted, isOver], [true, false]);
  part.resolve();
  await t.throwsAsync(task, { message: 'one part failed' });
});

test('an abort of the caller reaches the parts with its reason', async (t) => {
  const caller = new AbortController();
  const reason = new Error('enough');
  const task = wholeOrNothing(caller.signal, async ({ signal }) => {
    await new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  });
  caller.abort(reason);
  t.is(await t.throwsAsync(task), reason);
  const late = wholeOrNothing(caller.signal, async () => t.fail('nothing begins after an abort'));
  t.is(await t.throwsAsync(late), reason);
});
