import test from 'ava';
import { threadShare } from '../../../operators/loading/thread-share.ts';

test('threads are left to the engine one by one while batches are ready, down to one', (t) => {
  const share = threadShare(3);
  const seen = Array.from({ length: 40 }, () => {
    share.finished(true);
    return share.threads;
  });
  t.deepEqual([...new Set(seen)], [3, 2, 1]);
  t.is(seen.at(-1), 1);
});

test('a device that waits gets a thread back at once, up to all', (t) => {
  const share = threadShare(3);
  for (let step = 0; step < 40; step += 1) share.finished(true);
  const seen = Array.from({ length: 4 }, () => {
    share.finished(false);
    return share.threads;
  });
  t.deepEqual(seen, [2, 3, 3, 3]);
});

test('a wait begins the count of batches in time anew', (t) => {
  const share = threadShare(2);
  for (let round = 0; round < 20; round += 1) {
    for (let step = 0; step < 7; step += 1) share.finished(true);
    share.finished(false);
  }
  t.is(share.threads, 2);
});
