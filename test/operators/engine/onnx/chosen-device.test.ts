import test from 'ava';
import { chosenDevice } from '../../../../operators/engine/onnx/chosen-device.ts';
import type { FoundDevice } from '../../../../operators/engine/onnx/find-device.ts';
import { PipelineError } from '../../../../operators/errors.ts';

type Finds = Readonly<Record<'cuda' | 'webgpu', FoundDevice['stepMs'] | Error>>;

/** Devices that take so long, are not timed, or fail. */
function finding(finds: Finds) {
  return async (device: 'cuda' | 'webgpu'): Promise<FoundDevice> => {
    const found = finds[device];
    if (found instanceof Error) throw found;
    return { device, kind: 'hardware', words: `${device}, graphics card`, stepMs: found };
  };
}

const absent = new PipelineError('ERR_ENGINE', 'not here');
const fast = { device: 10, processor: 100 };
const slow = { device: 200, processor: 100 };
const chosen = (finds: Finds, wanted: 'auto' | 'cpu' | 'webgpu' = 'auto') =>
  chosenDevice(wanted, 2, {}, finding(finds));

test('auto takes the first device that is faster than the processor', async (t) => {
  t.is((await chosen({ cuda: fast, webgpu: fast })).words, 'cuda, graphics card');
  t.is((await chosen({ cuda: slow, webgpu: fast })).device, 'webgpu');
  t.is((await chosen({ cuda: absent, webgpu: fast })).device, 'webgpu');
});

test('auto takes the processor where no device is faster, or none is known to be a graphics card', async (t) => {
  const processor = { device: 'cpu', words: 'cpu, 2 threads' } as const;
  t.deepEqual(await chosen({ cuda: absent, webgpu: slow }), processor);
  t.deepEqual(await chosen({ cuda: absent, webgpu: null }), processor);
  t.deepEqual(await chosen({ cuda: absent, webgpu: absent }), processor);
});

test('a device that is named is taken however slow, or its refusal is passed on', async (t) => {
  t.is((await chosen({ cuda: fast, webgpu: slow }, 'webgpu')).device, 'webgpu');
  t.is(await t.throwsAsync(chosen({ cuda: fast, webgpu: absent }, 'webgpu')), absent);
  t.is((await chosen({ cuda: fast, webgpu: fast }, 'cpu')).device, 'cpu');
});

test('what is no refusal is not taken for one', async (t) => {
  const bug = new TypeError('a mistake of ours');
  t.is(await t.throwsAsync(chosen({ cuda: bug, webgpu: fast })), bug);
});
