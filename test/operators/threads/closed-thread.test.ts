import test from 'ava';
import { openWorkerThread } from '../../../operators/threads/worker-thread.ts';
import type { ExampleCalls } from '../../fixtures/example-worker.ts';

// A file of its own: another thread of the process would keep it alive.

test('a thread that answers while it is closed is waited for all the same', async (t) => {
  const module = new URL('../../fixtures/example-worker.ts', import.meta.url);
  const worker = openWorkerThread<ExampleCalls>({ module, errorOfEnd: () => new Error('lost') });
  await worker.call('count', 1);
  const reason = new Error('enough');
  const refused = t.throwsAsync(worker.call('count', 1), { is: reason });
  // Its answer arrives while this thread stands still, and is read when it closes.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  worker.refuse(reason);
  await Promise.all([refused, worker.close()]);
});
