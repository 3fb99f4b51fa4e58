import test from 'ava';
import { sparing } from '../../../outputs/live/sparing.ts';
import { type Deferred, deferred } from '../../helpers/deferred.ts';

/** Work that the test ends, each time that it is done. */
function endedWork() {
  const begun: Deferred<void>[] = [];
  const work = async (): Promise<void> => {
    const end = deferred<void>();
    begun.push(end);
    await end.promise;
  };
  return { begun, work };
}

test('those who ask while work is done wait for it, and the next one begins it anew', async (t) => {
  const { begun, work } = endedWork();
  const ask = sparing(1, work);
  const both = Promise.all([ask(), ask()]);
  t.is(begun.length, 1);
  begun[0]!.resolve();
  await both;
  const next = ask();
  t.is(begun.length, 2);
  begun[1]!.reject(new Error('gone'));
  await t.throwsAsync(next, { message: 'gone' });
  const again = ask();
  t.is(begun.length, 3);
  begun[2]!.resolve();
  await again;
});

test('whoever asks before the share of a core allows it gets nothing new, also after a failure', async (t) => {
  for (const end of ['resolve', 'reject'] as const) {
    const { begun, work } = endedWork();
    // At a trillionth of a core the rest after any work is longer than the test.
    const ask = sparing(1e-12, work);
    const first = ask();
    begun[0]![end](undefined);
    await first.catch(() => {});
    await ask();
    t.is(begun.length, 1);
  }
});
