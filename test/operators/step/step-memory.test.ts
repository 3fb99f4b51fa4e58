import test from 'ava';
import type { TrainerSpec } from '../../../operators/step/step-spec.ts';
import { openOnnxEngine } from '../../../operators/engine/onnx-engine.ts';
import { checkStepMemory, stepMemory } from '../../../operators/step/step-memory.ts';
import { opened } from '../../helpers/opened.ts';

const spec: TrainerSpec = {
  encoder: { architecture: 'resnet8', head: 'linear', projectionSize: 128 },
  loss: { name: 'sincere', temperature: 0.1 },
  shape: { images: 64, views: 2, imageSize: 32 },
  momentum: 0.9,
  weightDecay: 0,
};

test('grows with rows and image size, and less where the network sees them in turn', (t) => {
  const of = (changes: Partial<TrainerSpec['shape']>, more: Partial<TrainerSpec> = {}): number =>
    stepMemory({ ...spec, ...more, shape: { ...spec.shape, ...changes } });
  const one = of({});
  t.true(of({ images: 128 }) > 1.9 * one && of({ images: 128 }) < 2 * one);
  t.true(of({ imageSize: 64 }) > 3.5 * one && of({ imageSize: 64 }) < 4 * one);
  t.true(of({ images: 128 }, { microBatch: 64 }) < 1.1 * one);
  t.true(of({}, { optimizer: 'adamw' }) > one);
});

test('what cannot fit is refused with the ways out, unless it is to be tried', (t) => {
  const needed = stepMemory(spec);
  t.notThrows(() => checkStepMemory(spec, needed));
  t.throws(() => checkStepMemory(spec, needed - 1), {
    code: 'ERR_ENGINE',
    message:
      /64 images of 32 × 32 in 2 views.*at least \d+ MB and \d+ MB are available.*`microBatch`/u,
  });
  t.notThrows(() => checkStepMemory({ ...spec, memory: 'unchecked' }, 0));
});

test('the engine refuses a batch beyond any memory, and stays usable', async (t) => {
  const engine = await opened(t, openOnnxEngine({ threads: 1 }));
  const shape = { ...spec.shape, images: 1_000_000, imageSize: 1024 };
  await t.throwsAsync(engine.createTrainer({ ...spec, shape }), {
    code: 'ERR_ENGINE',
    message: /fit into memory/u,
  });
  const trainer = await engine.createTrainer({
    ...spec,
    shape: { images: 2, views: 2, imageSize: 4 },
  });
  await trainer.close();
});
