import test from 'ava';
import { PipelineError } from '../../../operators/errors.ts';
import { openCrew, type CrewOptions } from '../../../operators/threads/crew.ts';
import { tileProducts } from '../../../operators/evaluation/vectors/tile-products.ts';
import {
  gradientWork,
  type GradientRequest,
} from '../../../operators/evaluation/probe/gradient-work.ts';

const options: CrewOptions<GradientRequest, void> = {
  module: new URL('../../../operators/evaluation/probe/gradient-worker.ts', import.meta.url),
  work: gradientWork,
  most: 2,
};

const echo = new URL('../../fixtures/echo-member.ts', import.meta.url);

test('has no more members than can be of use, and one without threads', async (t) => {
  for (const [threads, size] of [
    [5, 2],
    [1, 1],
    [0, 1],
  ] as const) {
    const crew = openCrew({ ...options, threads });
    t.is(crew.size, size);
    await crew.close();
  }
  t.throws(() => openCrew({ ...options, threads: 1.5 }), {
    instanceOf: RangeError,
    message: 'Expected `threads` to be an integer of at least 0, got `1.5`',
  });
});

test('tells that a thread failed', async (t) => {
  const crew = openCrew({ ...options, threads: 1 });
  await t.throwsAsync(
    crew.ask(() => ({}) as GradientRequest),
    { code: 'ERR_ENGINE', message: /A thread of the computation failed/ },
  );
  await crew.close();
});

test('tells that a thread ended or never began, once and for all', async (t) => {
  for (const [name, message] of [
    ['dying-worker', 'A thread of the computation ended with code 9'],
    ['no-such-worker', /A thread of the computation failed: .*no-such-worker/],
  ] as const) {
    const module = new URL(`../../../fixtures/${name}.ts`, import.meta.url);
    const crew = openCrew({ ...options, module, threads: 1 });
    for (let time = 0; time < 2; time += 1) {
      await t.throwsAsync(
        crew.ask(() => ({}) as GradientRequest),
        { instanceOf: PipelineError, code: 'ERR_ENGINE', message },
      );
    }
    await crew.close();
  }
});

test('asks only some when told', async (t) => {
  const crew = openCrew({ module: echo, work: (value: number) => value, most: 3, threads: 3 });
  t.deepEqual(await crew.ask((member) => member, 2), [0, 1]);
  t.deepEqual(await crew.ask((member) => 10 + member), [10, 11, 12]);
  await crew.close();
});

test('rejects at once when aborted, with and without threads', async (t) => {
  const reason = new Error('enough');
  for (const threads of [0, 1]) {
    const crew = openCrew({ ...options, threads, signal: AbortSignal.abort(reason) });
    t.is(await t.throwsAsync(crew.ask(() => ({}) as GradientRequest)), reason);
    await crew.close();
  }
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
