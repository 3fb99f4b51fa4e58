import test from 'ava';
import { callingThread } from '../../../operators/threads/calling-thread.ts';

interface CountingCalls {
  count: { argument: number[]; result: number };
}

const open = () =>
  callingThread<CountingCalls>({
    count(numbers, report) {
      numbers.push(numbers.length);
      report(numbers.length);
      return numbers.length;
    },
  });

test('the calling thread works at once, on what it is given', async (t) => {
  const numbers: number[] = [];
  const seen: number[] = [];
  const worker = open();
  const answer = worker.call('count', numbers, { onProgress: (done) => void seen.push(done) });
  t.deepEqual([numbers, seen, worker.pending], [[0], [1], 1]);
  t.is(await answer, 1);
  t.is(worker.pending, 0);
});

test('there is a turn of the event loop between two calls', async (t) => {
  const worker = open();
  let turns = 0;
  setImmediate(() => {
    turns += 1;
  });
  await worker.call('count', []);
  t.is(turns, 1);
});

test('what a handler throws arrives as it is', async (t) => {
  const error = new TypeError('no luck');
  const worker = callingThread<CountingCalls>({
    count() {
      throw error;
    },
  });
  t.is(await t.throwsAsync(worker.call('count', [])), error);
  t.is(worker.pending, 0);
});

test('a call that runs is not interrupted, and later ones are refused', async (t) => {
  const worker = open();
  const running = worker.call('count', []);
  const reason = new Error('enough');
  worker.refuse(reason);
  worker.refuse(new Error('more than enough'));
  t.is(await running, 1);
  t.is(await t.throwsAsync(worker.call('count', [])), reason);
  await worker.close();
});
