import test from 'ava';
import { openCpuEngine } from '../../../operators/engine/cpu-engine.ts';
import type { TrainerSpec } from '../../../operators/step/step-spec.ts';
import { measuredLoss } from '../../../operators/loss/measured-loss.ts';
import { lossSumNames } from '../../../operators/loss/loss-sums.ts';
import { sincereLoss } from '../../../operators/loss/sincere-loss.ts';
import { supconLoss } from '../../../operators/loss/supcon-loss.ts';
import { encode, encodeInTraining } from '../../../operators/model/encoder.ts';
import { initialWeights } from '../../../operators/model/initial-weights.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import { packedBatch } from '../../helpers/batches.ts';
import { zeroMomentum } from '../../helpers/networks.ts';
import { normalValues, tensorsOf } from '../../helpers/tensors.ts';
import { opened } from '../../helpers/opened.ts';

// In a file of their own, one after the other: the count is shared by everything in a process.

const spec: TrainerSpec = {
  encoder: { architecture: 'resnet8', head: 'linear', projectionSize: 4 },
  loss: { name: 'sincere', temperature: 0.5 },
  shape: { images: 4, views: 1, imageSize: 4 },
  momentum: 0.9,
  weightDecay: 1e-4,
};

function count(): number {
  return tf.memory().numTensors;
}

test.serial('a trainer holds its state and nothing else', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const before = count();
  const trainer = await engine.createTrainer(spec);
  const weights = initialWeights(spec.encoder, 1);
  const momentum = zeroMomentum(weights);
  const held = weights.size + momentum.size;
  await trainer.load({ step: 0, weights, momentum });
  t.is(count() - before, held);
  await trainer.run(packedBatch(spec.shape, 0, 2), 0.05);
  t.is(count() - before, held);
  await trainer.snapshot();
  t.is(count() - before, held);
  await trainer.load({ step: 0, weights, momentum });
  t.is(count() - before, held);
  const broken = packedBatch(spec.shape, 1, 2);
  broken.pixels.fill(NaN);
  await t.throwsAsync(trainer.run(broken, 0.05), { code: 'ERR_NOT_FINITE' });
  t.is(count() - before, held);
  await engine.close();
  t.is(count(), before);
});

test.serial('an encoder holds its weights and nothing else', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const before = count();
  const weights = initialWeights(spec.encoder, 1);
  const session = await engine.createEncoder(spec.encoder, weights, { rows: 2, imageSize: 4 });
  t.is(count() - before, weights.size);
  await session.run(normalValues(96, 'memory'));
  t.is(count() - before, weights.size);
  await session.close();
  t.is(count(), before);
});

test.serial('losses leave what they return', (t) => {
  const z = tf.tensor2d(normalValues(24, 'losses'), [6, 4]);
  const y = tf.tensor1d([0, 0, 1, 1, 2, -1], 'int32');
  const before = count();
  for (const loss of [sincereLoss, supconLoss]) {
    const value = loss(z, y, { temperature: 0.1 });
    t.is(count() - before, 1);
    value.dispose();
  }
  const measured = measuredLoss(z, y, { name: 'sincere', temperature: 0.1 }, 1);
  // The loss, that of each row, and the sums.
  t.is(count() - before, 2 + lossSumNames.length);
  tf.dispose(measured);
  t.is(count(), before);
  tf.dispose([z, y]);
});

test.serial('networks leave what they return', (t) => {
  const weights = tensorsOf(initialWeights(spec.encoder, 1));
  const pixels = tf.tensor4d(normalValues(96, 'networks'), [2, 4, 4, 3]);
  const before = count();
  const encoded = encode(spec.encoder, weights, pixels);
  t.is(count() - before, 2);
  tf.dispose(encoded);
  const trained = encodeInTraining(spec.encoder, weights, pixels);
  t.is(count() - before, 2 + Object.keys(trained.statistics).length);
  tf.dispose(trained);
  t.is(count(), before);
  tf.dispose([weights, pixels]);
});
