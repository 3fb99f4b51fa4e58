import { getEventListeners } from 'node:events';
import test from 'ava';
import { whileNeither } from '../../../operators/flow/while-neither.ts';
import { deferred } from '../../helpers/deferred.ts';

for (const which of ['run', 'call'] as const) {
  test(`the signal of the work aborts with that of the ${which}`, async (t) => {
    const signals = { run: new AbortController(), call: new AbortController() };
    const work = deferred<number>();
    let inner: AbortSignal | undefined;
    const result = whileNeither(signals.run.signal, signals.call.signal, (ended) => {
      inner = ended;
      return work.promise;
    });
    t.false(inner!.aborted);
    signals[which].abort('reason');
    t.is(inner!.reason, 'reason');
    work.resolve(1);
    t.is(await result, 1);
  });

  test(`work that starts after the abort of the ${which} sees it`, async (t) => {
    const open = new AbortController().signal;
    const aborted = AbortSignal.abort('before');
    const [run, call] = which === 'run' ? [aborted, open] : [open, aborted];
    t.is(await whileNeither(run, call, async (ended) => ended.reason as unknown), 'before');
  });
}

test('leaves no listener behind, however the work ends', async (t) => {
  const [run, call] = [new AbortController().signal, new AbortController().signal];
  await whileNeither(run, call, async () => 1);
  await t.throwsAsync(
    whileNeither(run, call, () => Promise.reject(new Error('failed'))),
    { message: 'failed' },
  );
  t.deepEqual(getEventListeners(run, 'abort'), []);
  t.deepEqual(getEventListeners(call, 'abort'), []);
});

test('without a run, the work gets the signal of the call itself', async (t) => {
  const { signal } = new AbortController();
  t.is(await whileNeither(undefined, signal, async (ended) => ended), signal);
});
