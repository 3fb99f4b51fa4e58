import test, { type ExecutionContext } from 'ava';
import { type LoadPool, openLoadPool } from '../../../operators/loading/load-pool.ts';
import { plainBytes } from '../../helpers/model-fixtures.ts';

const module = new URL('../../fixtures/failing-load-worker.ts', import.meta.url);
const target = { kind: 'inputs', preprocessing: plainBytes } as const;
const job = { maxBytes: 1, identify: false, decoding: {}, target };

async function openPool(t: ExecutionContext): Promise<LoadPool> {
  const pool = await openLoadPool(3, module);
  t.teardown(() => pool.close());
  return pool;
}

/** So many batches of a stream that are ready for the device. */
function deliver(pool: LoadPool, stream: ReturnType<LoadPool['open']>, count: number) {
  const batches = Array.from({ length: count }, () => pool.memory.take(4));
  for (const pixels of batches) stream.delivered(pixels);
  return batches;
}

test('a thread is left to the engine while batches are ready, and works again when one is not', async (t) => {
  const pool = await openPool(t);
  const batches = deliver(pool, pool.open(job), 9);
  for (const pixels of batches.slice(0, 8)) pool.finished(pixels);
  t.is(pool.activeThreads, 2);
  pool.finished(batches[8]!);
  t.is(pool.activeThreads, 3);
});

test('batches that a stream left behind are not ready for another one, and none is counted twice', async (t) => {
  const pool = await openPool(t);
  deliver(pool, pool.open(job), 5);
  const stream = pool.open(job);
  const batches = deliver(pool, stream, 12);
  pool.open(job);
  for (const pixels of batches.slice(0, 4)) {
    pool.finished(pixels);
    pool.finished(pixels);
  }
  t.is(pool.activeThreads, 3, 'four have come back, not eight');
  for (const pixels of batches.slice(4, 11)) pool.finished(pixels);
  t.is(pool.activeThreads, 2);
  pool.finished(batches[11]!);
  t.is(pool.activeThreads, 3, 'the last one of its stream');
});

test('a chunk whose thread dies is refused, and nothing of it goes on', async (t) => {
  const pool = await openPool(t);
  const stream = pool.open(job);
  const request = { keys: [], rows: [], sources: [], pixels: pool.memory.take(1) };
  const none = stream.run(request, new AbortController().signal);
  t.is((await none.loaded).times.images, 0, 'a request without images needs no thread');
  const key = { id: 'a.jpg', draw: 0, replaces: undefined };
  const one = { ...request, keys: [key], rows: [0], sources: [new Uint8Array(1)] };
  const run = stream.run(one, new AbortController().signal);
  await t.throwsAsync(run.loaded, { code: 'ERR_ENGINE', message: /out of luck/ });
  await run.settled;
  t.deepEqual([pool.waiting, pool.running], [0, 0]);
});

test('a pool that is closed refuses what comes', async (t) => {
  const pool = await openPool(t);
  await pool.close();
  const key = { id: 'a.jpg', draw: 0, replaces: undefined };
  const request = {
    keys: [key],
    rows: [0],
    sources: [new Uint8Array(1)],
    pixels: new Float32Array(1),
  };
  const { loaded } = pool.open(job).run(request, new AbortController().signal);
  await t.throwsAsync(loaded, { code: 'ERR_CONTRACT', message: /closed/ });
});
