import test from 'ava';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { placementOn, standardPlacement } from '../../../operators/onnx/placement.ts';
import {
  createSession,
  loadRuntime,
  type Runtime,
  runSession,
} from '../../../operators/onnx/runtime.ts';

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

/** A runtime that refuses every model. */
function refusing(message: string): Runtime {
  const create = (): Promise<InferenceSession> => Promise.reject(new Error(message));
  return { InferenceSession: { create }, Tensor };
}

// As ONNX Runtime 1.30 says it on Linux.
const refusals = [
  [
    'cuda',
    'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library',
    /CUDA provider of `onnxruntime-node`, got: .*shared library\..*ONNXRUNTIME_NODE_INSTALL=cuda12 node/u,
  ],
  [
    'webgpu',
    '/onnxruntime_src/x.cc:136 Initialize() Failed to get a WebGPU adapter: No supported adapters\n',
    /adapter for WebGPU, got: Failed to get a WebGPU adapter: No supported adapters\. .*libvulkan1/u,
  ],
  [
    'webgpu',
    'This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has been ' +
      'explicitly disabled by the user.',
    /could not compile the network: .*lacks an operator of the model: use the device `cpu`/u,
  ],
] as const;

for (const [device, said, message] of refusals) {
  test(`on \`${device}\`, "${said.slice(0, 50)}…" is one clear error`, async (t) => {
    const session = createSession(
      refusing(said),
      new Uint8Array(),
      placementOn({ device, threads: 1 }),
    );
    await t.throwsAsync(session, { code: 'ERR_ENGINE', message });
  });
}
