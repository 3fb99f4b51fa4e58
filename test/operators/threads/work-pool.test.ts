import test from 'ava';
import { PipelineError } from '../../../operators/errors.ts';
import { openWorkPool, type WorkPoolOptions } from '../../../operators/threads/work-pool.ts';
import { tileProducts } from '../../../operators/evaluation/vectors/tile-products.ts';
import {
  gradientWork,
  type GradientRequest,
} from '../../../operators/evaluation/probe/gradient-work.ts';

const options: WorkPoolOptions<GradientRequest, void> = {
  module: new URL('../../../operators/evaluation/probe/gradient-worker.ts', import.meta.url),
  work: gradientWork,
  maxWorkers: 2,
};

const repeating = new URL('../../fixtures/repeating-worker.ts', import.meta.url);

test('has no more workers than can be of use, and one without threads', async (t) => {
  for (const [threads, size] of [
    [5, 2],
    [1, 1],
    [0, 1],
  ] as const) {
    const pool = openWorkPool({ ...options, threads });
    t.is(pool.size, size);
    await pool.close();
  }
  t.throws(() => openWorkPool({ ...options, threads: 1.5 }), {
    instanceOf: RangeError,
    message: 'Expected `threads` to be an integer of at least 0, got `1.5`',
  });
});

test('tells that a thread failed', async (t) => {
  const pool = openWorkPool({ ...options, threads: 1 });
  await t.throwsAsync(
    pool.request(() => ({}) as GradientRequest),
    { code: 'ERR_ENGINE', message: /A thread of the computation failed/ },
  );
  await pool.close();
});

test('a failed share is the failure of all later requests', async (t) => {
  const work = (value: number): number => {
    if (value === 1) throw new TypeError('no luck');
    return value;
  };
  const pool = openWorkPool({ module: repeating, work, maxWorkers: 1, threads: 0 });
  t.deepEqual(await pool.request(() => 0), [0]);
  const error = await t.throwsAsync(
    pool.request(() => 1),
    { message: 'no luck' },
  );
  t.is(await t.throwsAsync(pool.request(() => 0)), error);
  await pool.close();
});

test('tells that a thread ended or never began, once and for all', async (t) => {
  for (const [name, message] of [
    ['dying-worker', 'A thread of the computation ended with code 9'],
    ['no-such-worker', /A thread of the computation failed: .*no-such-worker/],
  ] as const) {
    const module = new URL(`../../fixtures/${name}.ts`, import.meta.url);
    const pool = openWorkPool({ ...options, module, threads: 1 });
    for (let time = 0; time < 2; time += 1) {
      await t.throwsAsync(
        pool.request(() => ({}) as GradientRequest),
        { instanceOf: PipelineError, code: 'ERR_ENGINE', message },
      );
    }
    await pool.close();
  }
});

test('sends requests only to the first workers when told', async (t) => {
  const pool = openWorkPool({
    module: repeating,
    work: (value: number) => value,
    maxWorkers: 3,
    threads: 3,
  });
  t.deepEqual(await pool.request((worker) => worker, 2), [0, 1]);
  t.deepEqual(await pool.request((worker) => 10 + worker), [10, 11, 12]);
  await pool.close();
});

test('rejects at once when aborted, with and without threads', async (t) => {
  const reason = new Error('enough');
  for (const threads of [0, 1]) {
    const pool = openWorkPool({ ...options, threads, signal: AbortSignal.abort(reason) });
    t.is(await t.throwsAsync(pool.request(() => ({}) as GradientRequest)), reason);
    await pool.close();
  }
});

test('an abort rejects the request under way', async (t) => {
  const reason = new Error('enough');
  const stop = new AbortController();
  const work = (value: number): number => value;
  const module = new URL('../../fixtures/hanging-worker.ts', import.meta.url);
  const pool = openWorkPool({ module, work, maxWorkers: 2, threads: 2, signal: stop.signal });
  const waiting = pool.request(() => 1);
  stop.abort(reason);
  t.is(await t.throwsAsync(waiting), reason);
  t.is(await t.throwsAsync(pool.request(() => 1)), reason);
  await pool.close();
});

test('work that is not to be cut off ends before its pool has closed, though nobody waits for it', async (t) => {
  const reason = new Error('enough');
  const stop = new AbortController();
  const numbers = new Int32Array(new SharedArrayBuffer(8));
  const pool = openWorkPool<Int32Array, void>({
    module: new URL('../../fixtures/waiting-worker.ts', import.meta.url),
    work: () => {},
    maxWorkers: 2,
    threads: 2,
    uncut: true,
    signal: stop.signal,
  });
  const asked = pool.request(() => numbers);
  stop.abort(reason);
  t.is(await t.throwsAsync(asked), reason);
  const closing = pool.close();
  Atomics.store(numbers, 0, 1);
  Atomics.notify(numbers, 0);
  await closing;
  t.is(numbers[1], 2);
});

test('a pool whose threads have died closes, whatever it was to wait for', async (t) => {
  const module = new URL('../../fixtures/dying-worker.ts', import.meta.url);
  const pool = openWorkPool<number, number>({
    module,
    work: (value) => value,
    maxWorkers: 1,
    threads: 1,
    uncut: true,
  });
  await t.throwsAsync(
    pool.request(() => 1),
    { code: 'ERR_ENGINE' },
  );
  await t.notThrowsAsync(pool.close());
});

test('products are sums in the order of the dimensions, for any numbers of rows and classes', (t) => {
  const dim = 5;
  const rows = Float32Array.from({ length: 9 * dim }, (_, at) => Math.sin(at));
  for (const width of [2, 4, 6, 8, 10]) {
    const weights = Float64Array.from({ length: width * dim }, (_, at) => Math.cos(at));
    for (let count = 1; count <= 5; count += 1) {
      const starts = Int32Array.from({ length: count }, (_, row) => ((row * 2) % 9) * dim);
      const out = new Float64Array((count + 1) * width);
      tileProducts({ rows, starts, count, dim }, weights, width, out);
      for (let row = 0; row < count; row += 1) {
        for (let c = 0; c < width; c += 1) {
          let sum = 0;
          for (let d = 0; d < dim; d += 1) {
            sum += rows[starts[row]! + d]! * weights[c * dim + d]!;
          }
          t.is(out[row * width + c], sum);
        }
      }
    }
  }
});
