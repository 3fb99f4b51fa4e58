import test from 'ava';
import type { InferenceSession } from 'onnxruntime-node';
import { standardPlacement } from '../../../../operators/engine/onnx/placement.ts';
import {
  createSession,
  loadRuntime,
  runSession,
} from '../../../../operators/engine/onnx/runtime.ts';

test('a missing native library is named, with the way to get it', async (t) => {
  const cause = new Error("Cannot find module '../bin/napi-v6/onnxruntime_binding.node'\nstack");
  const error = await t.throwsAsync(
    loadRuntime(() => Promise.reject(cause)),
    {
      code: 'ERR_ENGINE',
      message: /onnxruntime_binding\.node'\. .*ONNXRUNTIME_NODE_INSTALL=skip/u,
    },
  );
  t.is(error.cause, cause);
});

test('bytes that are no model are refused as such', async (t) => {
  const runtime = await loadRuntime();
  await t.throwsAsync(createSession(runtime, Uint8Array.of(1, 2, 3), standardPlacement(1)), {
    code: 'ERR_ENGINE',
    message: /ONNX Runtime could not compile the network: /u,
  });
});

test('a failed allocation says what to make smaller', async (t) => {
  const session = {
    run: () =>
      Promise.reject(new Error('Failed to allocate memory for requested buffer of size 9')),
  } as unknown as InferenceSession;
  await t.throwsAsync(runSession(session, {}), {
    code: 'ERR_ENGINE',
    message: /could not run the network: .*smaller batches/u,
  });
});
