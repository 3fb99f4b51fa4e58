import test from 'ava';
import { openCpuEngine } from '../../../operators/engine/cpu-engine.ts';
import type { EngineCandidate } from '../../../operators/engine/interface/engine-candidate.ts';
import { openOnnxEngine } from '../../../operators/engine/onnx-engine.ts';
import { openEngine } from '../../../operators/engine/open-engine.ts';
import { opened } from '../../helpers/opened.ts';

const works: EngineCandidate = {
  title: 'a card',
  engine: 'tensorflow',
  assess: async () => ({ usable: true, device: 'made up', open: openCpuEngine }),
};
const processor: EngineCandidate = { ...works, title: 'the processor', engine: 'onnx' };
const fails: EngineCandidate = {
  title: 'a broken card',
  engine: 'onnx',
  assess: async () => ({ usable: false, broken: true, reason: 'no driver. Install one' }),
};

test('takes the first that is usable, and keeps why not another', async (t) => {
  const engine = await opened(t, openEngine('auto', { candidates: [fails, works, processor] }));
  t.deepEqual(engine.rejected, [
    { title: 'a broken card', broken: true, reason: 'no driver. Install one' },
  ]);
});

test('takes one that opens ONNX files where there are some', async (t) => {
  const engine = await opened(
    t,
    openEngine('auto', { models: true, candidates: [works, processor] }),
  );
  t.deepEqual(engine.rejected, [
    { title: 'a card', broken: false, reason: 'It opens no ONNX files' },
  ]);
});

test('onnx by name takes a card or the processor, and keeps why not another', async (t) => {
  const candidates = [works, fails, processor];
  const engine = await opened(t, openEngine('onnx', { device: 'auto', candidates }));
  t.deepEqual(engine.rejected, [
    { title: 'a broken card', broken: true, reason: 'no driver. Install one' },
  ]);
});

test('none that is usable is an error with every reason', async (t) => {
  await t.throwsAsync(openEngine('auto', { candidates: [fails, fails] }), {
    code: 'ERR_ENGINE',
    message:
      'No engine can be used here:\n- a broken card: no driver. Install one\n- a broken card: no driver. Install one',
  });
});

test('a fault of ours is not taken for an engine that does not work', async (t) => {
  const fault = new TypeError('of ours');
  const faulty = { ...fails, assess: () => Promise.reject(fault) };
  const error = await t.throwsAsync(openEngine('auto', { candidates: [faulty, works] }));
  t.is(error, fault);
});

test('auto is onnx on the processor where no graphics card is', async (t) => {
  const engine = await opened(t, openEngine('auto', { threads: 1 }));
  // Whoever runs this with CUDA sees the other.
  t.true(
    (engine.name === 'onnx' && engine.device === 'cpu, 1 thread') ||
      !engine.device.startsWith('cpu'),
  );
});

test('by name nothing is passed over, and what is not there is an error', async (t) => {
  for (const name of ['onnx', 'cpu'] as const) {
    const engine = await opened(t, openEngine(name, { threads: 1 }));
    t.is(engine.name, name);
    t.is(engine.rejected, undefined);
    await engine.close();
  }
});

test('the reference engine takes no device', async (t) => {
  for (const device of ['webgpu', 'cuda'] as const) {
    await t.throwsAsync(openEngine('cpu', { device }), {
      code: 'ERR_ENGINE',
      message: /`cpu` engine takes no device, got the device/u,
    });
  }
  const engine = await opened(t, openEngine('cpu', { device: 'auto' }));
  t.is(engine.name, 'cpu');
});

test('a trial of no time is refused', async (t) => {
  await t.throwsAsync(openOnnxEngine({ device: 'webgpu', checkSeconds: 0 }), {
    instanceOf: RangeError,
    message: /`checkSeconds` to be a number above 0, got `0`/u,
  });
});
