import test from 'ava';
import { PipelineError } from '../../../operators/errors.ts';
import type { ThreadEnd } from '../../../operators/threads/thread-end.ts';
import { wordsOfEnd } from '../../../operators/threads/thread-end.ts';
import type { CallWorker } from '../../../operators/threads/worker-calls.ts';
import { openWorkerThread } from '../../../operators/threads/worker-thread.ts';
import type { ExampleCalls } from '../../fixtures/example-worker.ts';

const fixture = (name: string): URL => new URL(`../../fixtures/${name}.ts`, import.meta.url);
const errorOfEnd = (end: ThreadEnd): Error => new Error(`lost: ${wordsOfEnd(end)}`);
const open = (name = 'example-worker'): CallWorker<ExampleCalls> =>
  openWorkerThread<ExampleCalls>({ module: fixture(name), errorOfEnd });

// Starting a thread costs more than all it is asked here, so most tests use the same one.
const shared = open();
test.after.always(() => shared.close());

test.serial('buffers are handed over, there and back', async (t) => {
  const numbers = Float32Array.of(1, 2, 3);
  const answer = shared.call('double', numbers, { handOver: [numbers.buffer] });
  t.is(numbers.length, 0);
  t.deepEqual(await answer, Float32Array.of(2, 4, 6));
  t.is(await shared.call('lengthLeft', null), 0);
});

test.serial('what is not handed over stays with its caller', async (t) => {
  const numbers = Float32Array.of(4);
  t.deepEqual(await shared.call('double', numbers), Float32Array.of(8));
  t.deepEqual(numbers, Float32Array.of(4));
});

test.serial('a long call tells how far it is before it is answered', async (t) => {
  const seen: (number | string)[] = [];
  const onProgress = (progress: number): void => void seen.push(progress);
  seen.push(await shared.call('count', 3, { onProgress }));
  t.deepEqual(seen, [1, 2, 3, 'counted']);
  t.is(await shared.call('count', 3), 'counted');
});

test.serial('calls in flight are answered one after another, in order', async (t) => {
  const slow = shared.call('append', { word: 'a', turns: 5 });
  const fast = shared.call('append', { word: 'b', turns: 0 });
  t.is(shared.pending, 2);
  t.is(await Promise.race([slow, fast]), 'a');
  t.is(await fast, 'ab');
  t.is(shared.pending, 0);
});

test.serial('an error keeps its code and message, and the call after it is answered', async (t) => {
  const range = await t.throwsAsync(shared.call('fail', 'RangeError'), {
    instanceOf: RangeError,
    message: 'too far',
  });
  t.regex((range.cause as Error).stack ?? '', /example-worker/u);
  await t.throwsAsync(shared.call('fail', 'PipelineError'), {
    instanceOf: PipelineError,
    code: 'ERR_SHAPE',
    message: 'too wide',
  });
  await t.throwsAsync(shared.call('fail', 'Error'), { code: 'ERR_ENGINE', message: 'no luck' });
  await t.throwsAsync(shared.call('fail', 'string'), { code: 'ERR_ENGINE', message: 'string' });
  t.is(await shared.call('count', 0), 'counted');
});

test.serial('a call that cannot be sent is not waited for', async (t) => {
  const numbers = Float32Array.of(1);
  const handOver = [numbers.buffer, numbers.buffer];
  await t.throwsAsync(shared.call('double', numbers, { handOver }), {
    any: true,
    name: 'DataCloneError',
  });
  t.is(shared.pending, 0);
});

test('a thread that dies is the same error for every call, and its number is told', async (t) => {
  const ended: number[] = [];
  const module = fixture('dying-worker');
  const note = (threadId: number): void => void ended.push(threadId);
  const thread = openWorkerThread<ExampleCalls>({ module, errorOfEnd, ended: note });
  const calls = [thread.call('hang', null), thread.call('hang', null)];
  const message = 'lost: it exited with code 9';
  const [first, second] = await Promise.all(
    calls.map(async (call) => await t.throwsAsync(call, { message })),
  );
  t.is(first, second);
  t.is(await t.throwsAsync(thread.call('hang', null)), first!);
  t.is(thread.pending, 0);
  t.is(ended.length, 1);
  t.true(ended[0]! > 0);
  await thread.close();
  await thread.close();
});

test('a thread that cannot start dies of that', async (t) => {
  const thread = open('absent-worker');
  await t.throwsAsync(thread.call('hang', null), { message: /^lost: .*absent-worker/u });
  await thread.close();
});

test('closing refuses the calls that wait', async (t) => {
  const thread = open();
  const waiting = [thread.call('hang', null), thread.call('count', 1)];
  const refused = waiting.map((call) => t.throwsAsync(call, { message: /^lost: it exited/u }));
  await thread.close();
  await Promise.all(refused);
  await t.throwsAsync(thread.call('count', 1), { message: /^lost: it exited/u });
});

test('of several reasons to refuse calls the first stands, also when the thread ends', async (t) => {
  const thread = open();
  const waiting = thread.call('hang', null);
  const reason = new Error('enough');
  thread.refuse(reason);
  thread.refuse(new Error('more than enough'));
  t.is(await t.throwsAsync(waiting), reason);
  t.is(thread.pending, 0);
  await thread.close();
  t.is(await t.throwsAsync(thread.call('count', 1)), reason);
});
