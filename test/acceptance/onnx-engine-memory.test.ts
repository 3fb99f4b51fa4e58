import test from 'ava';
import type { TrainerSpec } from '../../operators/step/step-spec.ts';
import { openOnnxEngine } from '../../operators/engine/onnx-engine.ts';
import { initialWeights } from '../../operators/model/initial-weights.ts';
import { packedBatch } from '../helpers/batches.ts';
import { zeroMomentum } from '../helpers/networks.ts';
import { opened } from '../helpers/opened.ts';

// In a file of its own: resident memory is that of the whole process.

const spec: TrainerSpec = {
  encoder: { architecture: 'resnet8', head: 'linear', projectionSize: 8 },
  loss: { name: 'sincere', temperature: 0.5 },
  shape: { images: 32, views: 2, imageSize: 16 },
  momentum: 0.9,
  weightDecay: 1e-4,
};

test.serial('300 steps take no more memory than 50', async (t) => {
  const engine = await opened(t, openOnnxEngine({ threads: 1 }));
  const trainer = await engine.createTrainer(spec);
  const weights = initialWeights(spec.encoder, 1);
  await trainer.load({ step: 0, weights, momentum: zeroMomentum(weights) });
  const batch = packedBatch(spec.shape, 0);
  const resident: number[] = [];
  for (let step = 0; step < 300; step += 1) {
    await trainer.run({ ...batch, pixels: batch.pixels.slice() }, 0.01);
    resident.push(process.memoryUsage.rss());
  }
  await engine.close();
  // The least of 25 steps: between collections, arrays that were handed over lie about.
  const grown = Math.min(...resident.slice(275)) - Math.min(...resident.slice(50, 75));
  // The smallest images inside the network: 64 channels of 4 × 4 pixels.
  const { images, views } = spec.shape;
  const activation = 4 * images * views * 64 * 4 * 4;
  t.log(`memory grew by ${(grown / 1e6).toFixed(1)} MB; a leak: ${(225 * activation) / 1e6} MB`);
  t.true(grown < (225 * activation) / 2, `grew by ${grown} bytes`);
});
