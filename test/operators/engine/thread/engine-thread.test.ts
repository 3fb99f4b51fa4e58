import test from 'ava';
import { openEngineThread } from '../../../../operators/engine/thread/engine-thread.ts';
import { wholeBuffers } from '../../../../operators/threads/whole-buffers.ts';

const engine = 'onnx';
const dying = new URL('../../../fixtures/dying-worker.ts', import.meta.url);

test('a thread that ends in the middle is one clear error for every call', async (t) => {
  const thread = openEngineThread({ engine, what: 'trainer', module: dying });
  const ended = {
    code: 'ERR_ENGINE',
    message: /`onnx` trainer ended before its work did: it exited with code 9.*last checkpoint/u,
  };
  const calls = [thread.call('snapshot', null), thread.call('snapshot', null)];
  for (const call of calls) await t.throwsAsync(call, ended);
  await t.throwsAsync(thread.call('snapshot', null), ended);
  await thread.close();
  await thread.close();
});

test('a thread that does not start is one clear error', async (t) => {
  const thread = openEngineThread({
    engine,
    what: 'encoder',
    module: new URL('absent-worker.ts', import.meta.url),
  });
  await t.throwsAsync(thread.call('snapshot', null), {
    code: 'ERR_ENGINE',
    message: /`onnx` encoder ended before its work did: .*absent-worker/u,
  });
  await thread.close();
});

test('what fails in the thread arrives with its code and its origin', async (t) => {
  const thread = openEngineThread({
    engine,
    what: 'encoder',
    module: new URL('../../../../operators/engine/onnx/onnx-worker.ts', import.meta.url),
  });
  const error = await t.throwsAsync(thread.call('encode', { pixels: new Float32Array(1) }), {
    code: 'ERR_ENGINE',
    message: /`encode`: Expected a session to have been opened/u,
  });
  const { message } = error.cause as Error;
  t.true(error.message.includes(message), 'so that its text is not told twice');
  t.regex((error.cause as Error).stack ?? '', /onnx-worker/u);
  await thread.close();
});

test('only whole buffers are handed over', (t) => {
  const whole = new Float32Array(4);
  const shared = new Float32Array(new SharedArrayBuffer(16));
  t.deepEqual(wholeBuffers(whole, whole.subarray(1), whole.slice().subarray(0, 2), shared), [
    whole.buffer,
  ]);
});
