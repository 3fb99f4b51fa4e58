import test from 'ava';
import { deviceCandidate } from '../../../operators/engine/engine-candidates.ts';
import { DeviceFailure } from '../../../operators/engine/onnx/device-failure.ts';
import type { FoundDevice } from '../../../operators/engine/onnx/find-device.ts';

/** A candidate whose trial finds this. */
function finding(
  device: 'cuda' | 'webgpu',
  stepMs: FoundDevice['stepMs'] | Error,
  nvidia = false,
): ReturnType<typeof deviceCandidate> {
  const find = async (): Promise<FoundDevice> => {
    if (stepMs instanceof Error) throw stepMs;
    return { device, kind: 'hardware', words: `${device}, graphics card`, stepMs };
  };
  return deviceCandidate(device, find, () => nvidia);
}

test('a device that is faster than the processor is usable, and no other is', async (t) => {
  const fast = await finding('cuda', { device: 10, processor: 100 }).assess({});
  t.like(fast, { usable: true, device: 'cuda, graphics card' });
  const slow = await finding('cuda', { device: 100, processor: 10 }).assess({});
  t.like(slow, { usable: false, broken: false });
  const unknown = await finding('webgpu', null).assess({});
  t.like(unknown, { usable: false, broken: false });
});

const absent = new DeviceFailure('webgpu', 'no adapter');

for (const [what, broken, candidate] of [
  ['no card', false, finding('webgpu', absent)],
  ['no card for WebGPU beside the driver of NVIDIA', true, finding('webgpu', absent, true)],
  ['no provider for CUDA beside the driver of NVIDIA', false, finding('cuda', absent, true)],
  ['a card with wrong numbers', true, finding('webgpu', new DeviceFailure('webgpu', 'off', true))],
] as const) {
  test(`${broken ? 'a fault' : 'no fault'}: ${what}`, async (t) => {
    t.like(await candidate.assess({}), { usable: false, broken });
  });
}

test('a fault of ours is passed on', async (t) => {
  const fault = new TypeError('of ours');
  t.is(await t.throwsAsync(finding('cuda', fault).assess({})), fault);
});
