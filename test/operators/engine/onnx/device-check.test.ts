import test from 'ava';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { checkDevice } from '../../../../operators/engine/onnx/device-check.ts';
import type { Runtime } from '../../../../operators/onnx/runtime.ts';

/** The processor under the name of a device, which changes what its sessions give. */
function pretended(change: (name: string, values: Float32Array) => void): Runtime {
  const create = async (
    model: Uint8Array,
    options: InferenceSession.SessionOptions,
  ): Promise<InferenceSession> => {
    const session = await InferenceSession.create(model, {
      intraOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    if (options.executionProviders?.[0] === 'cpu') return session;
    const run = async (feeds: InferenceSession.FeedsType) => {
      const outputs = await session.run(feeds);
      for (const [name, { data }] of Object.entries(outputs)) {
        if (data instanceof Float32Array) change(name, data);
      }
      return outputs;
    };
    return Object.create(session, {
      run: { value: run },
      release: { value: () => session.release() },
    }) as InferenceSession;
  };
  // Of its ways to create a session, the engine uses this one.
  return { InferenceSession: { create } as typeof InferenceSession, Tensor };
}

test('a device that computes what the processor does is accepted', async (t) => {
  await t.notThrowsAsync(
    checkDevice(
      pretended(() => undefined),
      'webgpu',
    ),
  );
});

const wrong = [
  ['a convolution', 'y', 'y', 'a convolution of 6 inputs'],
  ['the gradient of a filter', 'dFilter', 'dFilter', 'a convolution of 6 inputs'],
  ['one weight', 'next.weights.conv1.weight', 'weights.conv1.weight', 'a training step'],
  [
    'a running statistic',
    'next.weights.bn1.running_var',
    'weights.bn1.running_var',
    'a training step',
  ],
] as const;

for (const [what, output, name, of] of wrong) {
  for (const value of [3, NaN]) {
    test(`a device that gives ${value} in ${what} is refused by name`, async (t) => {
      const runtime = pretended((changed, values) => {
        if (changed === output) values[1] = value;
      });
      await t.throwsAsync(checkDevice(runtime, 'webgpu'), {
        code: 'ERR_ENGINE',
        message: new RegExp(`^Expected .webgpu. to compute .*, got .${name}. of ${of} off by`, 'u'),
      });
    });
  }
}
