import test from 'ava';
import { openOnnxEngine } from '../../../operators/engine/onnx-engine.ts';
import { openEngine } from '../../../operators/engine/open-engine.ts';

test('the reference engine takes no device', async (t) => {
  for (const device of ['webgpu', 'cuda'] as const) {
    await t.throwsAsync(openEngine('cpu', undefined, device), {
      code: 'ERR_ENGINE',
      message: /`cpu` engine computes on the processor only, got the device/u,
    });
  }
  const engine = await openEngine('cpu', undefined, 'auto');
  t.is(engine.name, 'cpu');
  await engine.close();
});

test('a trial of no time is refused', async (t) => {
  await t.throwsAsync(openOnnxEngine({ device: 'webgpu', checkSeconds: 0 }), {
    instanceOf: RangeError,
    message: /`checkSeconds` to be a number above 0, got `0`/u,
  });
});
