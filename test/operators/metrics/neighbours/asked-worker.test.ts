import test from 'ava';
import { PipelineError } from '../../../../operators/errors.ts';
import { askedWorker } from '../../../../operators/metrics/neighbours/asked-worker.ts';

const dying = new URL('../../../fixtures/dying-worker.ts', import.meta.url);
const missing = new URL('../../../fixtures/no-such-worker.ts', import.meta.url);

test('tells that the thread ended, once and for all', async (t) => {
  const worker = askedWorker(dying, undefined, undefined);
  for (let time = 0; time < 2; time += 1) {
    await t.throwsAsync(worker.ask('anything'), {
      instanceOf: PipelineError,
      code: 'ERR_ENGINE',
      message: 'A thread of the search ended with code 9',
    });
  }
  await worker.close();
});

test('tells that the thread failed', async (t) => {
  const worker = askedWorker(missing, undefined, undefined);
  await t.throwsAsync(worker.ask('anything'), {
    instanceOf: PipelineError,
    code: 'ERR_ENGINE',
    message: /A thread of the search failed: .*no-such-worker/,
  });
  await worker.close();
});

test('rejects with the reason of an abort', async (t) => {
  const abort = new AbortController();
  const worker = askedWorker(dying, undefined, abort.signal);
  const reason = new Error('enough');
  abort.abort(reason);
  t.is(await t.throwsAsync(worker.ask('anything')), reason);
  await worker.close();
});
