import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { lastValueFrom, toArray } from 'rxjs';
import { streamTar } from '../../datasets/tar/stream-tar.ts';
import { reservoirBatches } from '../../operators/batches/reservoir-batches.ts';
import { openEngine } from '../../operators/engine/open-engine.ts';
import { perSample } from '../../operators/flow/per-sample.ts';
import { permits } from '../../operators/flow/permits.ts';
import { withDemand } from '../../operators/flow/with-demand.ts';
import { viewRecipe } from '../../operators/image/view-recipe.ts';
import { openImageWorkers } from '../../operators/loading/image-workers.ts';
import { initialWeights } from '../../operators/model/initial-weights.ts';
import { augmentViews } from '../../operators/stages/augment-views.ts';
import { decodeImage } from '../../operators/stages/decode-image.ts';
import { onBadSample, skipBad } from '../../operators/stages/on-bad-sample.ts';
import { packBatch } from '../../operators/stages/pack-batch.ts';
import { quarantine } from '../../operators/stages/quarantine.ts';
import { trainStep } from '../../operators/stages/train-step.ts';
import { zeroMomentum } from '../helpers/networks.ts';
import { noisyImages } from '../helpers/same-set.ts';
import { tarFolder } from '../helpers/tar-sets.ts';

const shape = { images: 8, views: 2, imageSize: 8 };

/** Four classes, one after the other, in two shards; one image is none. */
async function writeShards(t: ExecutionContext): Promise<string> {
  const images = [...(await noisyImages([16, 16, 16, 16], 12))];
  images[5]![1] = Buffer.from('no image');
  const folder = await tarFolder(t, {
    'train-000.tar': Object.fromEntries(images.slice(0, 40)),
    'train-001.tar': Object.fromEntries(images.slice(40)),
  });
  return path.join(folder, 'train-{000..001}.tar');
}

/** What training on a stream came to. */
async function trained(location: string) {
  const options = { batchSize: shape.images, classesPerBatch: 4, seed: 0, capacity: 64 };
  const batches = reservoirBatches(streamTar(location), options);
  const engine = await openEngine('cpu');
  const workers = await openImageWorkers();
  try {
    const encoder = { architecture: 'resnet8', head: 'linear', projectionSize: 8 } as const;
    const loss = { name: 'sincere', temperature: 0.1 } as const;
    const trainer = await engine.createTrainer({
      encoder,
      loss,
      shape,
      momentum: 0.9,
      weightDecay: 1e-4,
    });
    const weights = initialWeights(encoder, 0);
    await trainer.load({ step: 0, weights, momentum: zeroMomentum(weights) });
    const bad = quarantine({ count: 64 });
    const decode = decodeImage({ permits: permits(2) });
    const views = { recipe: viewRecipe('paper'), views: 2, imageSize: shape.imageSize, seed: 0 };
    const steps = await lastValueFrom(
      withDemand(batches, { window: 2 }, (batch$) =>
        batch$.pipe(
          perSample(onBadSample(skipBad, bad, decode)),
          augmentViews(workers, views),
          packBatch(shape),
          trainStep(trainer, { learningRate: () => 0.01 }),
        ),
      ).pipe(toArray()),
    );
    return {
      losses: steps.map(({ readouts }) => readouts.loss),
      ids: steps.map(({ plan }) => plan.samples.map(({ id }) => id)),
      bad: bad.list().map(({ id }) => id),
      report: batches.report(),
    };
  } finally {
    await workers.close();
    await engine.close();
  }
}

test('a network trains on tar shards in one pass, on balanced batches without an index', async (t) => {
  const location = await writeShards(t);
  const { losses, ids, bad, report } = await trained(location);
  t.is(losses.length, 8);
  t.true(losses.every((loss) => Number.isFinite(loss) && loss > 0));
  t.is(new Set(ids.flat()).size, 64);
  t.deepEqual(bad, ['train-000.tar/a/005.jpg']);
  t.like(report, { read: 64, batches: 8, ofOneClass: 0 });
  t.true(report.balanced >= 1);
  t.deepEqual(
    report.classes,
    ['a', 'b', 'c', 'd'].map((name) => ({ name, read: 16, drawn: 16 })),
  );
  const again = await trained(location);
  t.deepEqual([again.ids, again.losses], [ids, losses]);
});
