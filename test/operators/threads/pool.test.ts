import test from 'ava';
import { openPool } from '../../../operators/threads/pool.ts';
import type { CallWorker } from '../../../operators/threads/worker-calls.ts';
import { deferred, type Deferred } from '../../helpers/deferred.ts';

interface NamingCalls {
  name: { argument: string; result: string };
}

/** A worker that answers when it is told to. */
function patientWorker(name: string) {
  const waiting: Deferred<string>[] = [];
  const heard: string[] = [];
  const reasons: unknown[] = [];
  const worker: CallWorker<NamingCalls> = {
    get pending() {
      return waiting.length;
    },
    call(_, argument) {
      heard.push(argument);
      waiting.push(deferred<string>());
      return waiting.at(-1)!.promise;
    },
    refuse: (reason) => void reasons.push(reason),
    idle: async () => {},
    close: async () => void heard.push('close'),
  };
  const answer = (): void => waiting.shift()!.resolve(name);
  return { worker, heard, reasons, answer };
}

const patientPool = () => {
  const all = ['a', 'b', 'c'].map(patientWorker);
  return { all, pool: openPool<NamingCalls>(all.map(({ worker }) => worker)) };
};

test('a call goes to the least busy worker, the first of several', async (t) => {
  const { all, pool } = patientPool();
  const calls = ['1', '2', '3', '4'].map((call) => pool.call('name', call));
  t.is(pool.pending, 4);
  all[1]!.answer();
  calls.push(pool.call('name', '5'));
  t.deepEqual(
    all.map(({ heard }) => heard),
    [['1', '4'], ['2', '5'], ['3']],
  );
  for (const at of [0, 0, 1, 2]) all[at]!.answer();
  t.deepEqual(await Promise.all(calls), ['a', 'b', 'c', 'a', 'b']);
});

test('the first workers are called at once, and answer in their order', async (t) => {
  const { all, pool } = patientPool();
  const answers = pool.callEach('name', (worker) => `share ${worker}`, 2);
  t.deepEqual(
    all.map(({ heard }) => heard),
    [['share 0'], ['share 1'], []],
  );
  all[1]!.answer();
  all[0]!.answer();
  t.deepEqual(await answers, ['a', 'b']);
  t.is(pool.size, 3);
});

test('a pool refuses and closes as one', async (t) => {
  const { all, pool } = patientPool();
  pool.refuse('enough');
  await pool.close();
  t.deepEqual(
    all.map(({ reasons, heard }) => [...reasons, ...heard]),
    all.map(() => ['enough', 'close']),
  );
});
