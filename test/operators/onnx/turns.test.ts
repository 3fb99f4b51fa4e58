import { once } from 'node:events';
import test from 'ava';
import { endTurnOf, inTurn, turnsForThreads } from '../../../operators/onnx/turns.ts';
import { startWorker } from '../../../operators/threads/start-worker.ts';

const module = new URL('../../fixtures/turn-worker.ts', import.meta.url);

test.serial('calls of a thread go one after another, also behind one that fails', async (t) => {
  const noted: string[] = [];
  const call = (name: string) =>
    inTurn(async () => {
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

test.serial('threads take turns', async (t) => {
  const noted: string[] = [];
  const workers = [0, 1, 2].map((worker) => {
    const thread = startWorker(module, { workerData: { ...turnsForThreads(), dying: false } });
    thread.on('message', (what) => noted.push(`${worker} ${String(what)}`));
    return once(thread, 'exit');
  });
  await Promise.all(workers);
  // Messages of different threads may overtake each other; those of one cannot.
  t.is(noted.length, 300);
  await t.notThrowsAsync(inTurn(() => undefined));
});

test.serial('the turn of a thread that ended within it is given on', async (t) => {
  const thread = startWorker(module, { workerData: { ...turnsForThreads(), dying: true } });
  const { threadId } = thread;
  await once(thread, 'exit');
  // As `EngineThread` does.
  endTurnOf(threadId);
  t.is(await inTurn(() => 7), 7);
});
