import { once } from 'node:events';
import test from 'ava';
import { mutexForThreads, unlockFor, withMutex } from '../../../operators/onnx/thread-mutex.ts';
import { startWorker } from '../../../operators/threads/start-worker.ts';

const module = new URL('../../fixtures/mutex-worker.ts', import.meta.url);

test.serial('calls of a thread go one after another, also behind one that fails', async (t) => {
  const noted: string[] = [];
  const call = (name: string) =>
    withMutex(async () => {
      noted.push(`${name} begins`);
      await new Promise(setImmediate);
      noted.push(`${name} ends`);
      if (name === 'b') throw new Error('b failed');
      return name;
    });
  const results = await Promise.allSettled(['a', 'b', 'c'].map(call));
  t.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  t.deepEqual(
    noted,
    ['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
});

test.serial('threads exclude each other', async (t) => {
  const noted: string[] = [];
  const workers = [0, 1, 2].map((worker) => {
    const thread = startWorker(module, { workerData: { ...mutexForThreads(), dying: false } });
    thread.on('message', (what) => noted.push(`${worker} ${String(what)}`));
    return once(thread, 'exit');
  });
  await Promise.all(workers);
  // Messages of different threads may overtake each other; those of one cannot.
  t.is(noted.length, 300);
  await t.notThrowsAsync(withMutex(() => undefined));
});

test.serial('the mutex of a thread that ended within it is unlocked', async (t) => {
  const thread = startWorker(module, { workerData: { ...mutexForThreads(), dying: true } });
  const { threadId } = thread;
  await once(thread, 'exit');
  // As `EngineThread` does.
  unlockFor(threadId);
  t.is(await withMutex(() => 7), 7);
});
