import path from 'node:path';
import { lastValueFrom, skip, takeWhile, tap, toArray } from 'rxjs';
import { openDataset } from '../../datasets/open-dataset.ts';
import { syntheticClasses } from '../../datasets/synthetic/synthetic-images.ts';
import { planBatches } from '../../operators/batches/plan-batches.ts';
import type { Engine } from '../../operators/engine/interface/engine.ts';
import { permits } from '../../operators/flow/permits.ts';
import { withDemand } from '../../operators/flow/with-demand.ts';
import { shrinkTarget } from '../../operators/image/shrink-target.ts';
import { viewRecipe } from '../../operators/image/view-recipe.ts';
import { openImageWorkers } from '../../operators/loading/image-workers.ts';
import { pixelCache } from '../../operators/loading/pixel-cache.ts';
import { initialWeights } from '../../operators/model/initial-weights.ts';
import { loadViews } from '../../operators/stages/load-views.ts';
import { skipBad } from '../../operators/stages/on-bad-sample.ts';
import { packBatch } from '../../operators/stages/pack-batch.ts';
import { quarantine } from '../../operators/stages/quarantine.ts';
import { trainStep } from '../../operators/stages/train-step.ts';
import { encoderOf } from '../bench/network-sides.ts';
import { zeroMomentum } from '../helpers/networks.ts';
import type { Workload } from './workload.ts';
import type { Timing } from './worker-calls.ts';

/** A training loop. */
type LoopWork = Extract<Workload, { readonly what: 'loop' }>;

/** Batches that are prepared beside the running step, as `train` has it. */
const window = 3;

/**
 * The steps of a training loop with the stages of `train`, from image files that are decoded already on, and the share
 * of its time in which no step runs: waiting for views.
 */
export async function timedLoop(
  engine: Engine,
  work: LoopWork,
  folder: string,
  seconds: number,
): Promise<Timing> {
  const { images, views, imageSize } = work;
  const encoder = encoderOf(work.encoder);
  const shape = { images, views, imageSize };
  const loss = { name: 'sincere', temperature: 0.1 } as const;
  const spec = { encoder, loss, shape, momentum: 0.9, weightDecay: 1e-4 };
  const trainer = await engine.createTrainer(spec);
  const weights = initialWeights(encoder, 0);
  await trainer.load({ step: 0, weights, momentum: zeroMomentum(weights) }, { handOver: true });
  // A few batches are an epoch: the first one decodes, and is not measured.
  const limit = Math.max(2, Math.ceil((4 * images) / syntheticClasses.length));
  const data = await openDataset(path.join(folder, 'images', 'train'), { limit });
  const workers = await openImageWorkers();
  const recipe = viewRecipe('paper');
  // The cache is full after the first epoch.
  const first = Math.ceil(data.count / images) + window;
  const source = {
    dataset: data,
    permits: permits(8),
    decoding: { shrinkTo: shrinkTarget(recipe, imageSize) },
    cache: pixelCache(1e9),
  };
  const augmentation = { recipe, views, imageSize, seed: 0 };
  const bad = { replacement: skipBad, quarantine: quarantine({ count: data.count }) };
  let startedAt = 0;
  const steps$ = withDemand(
    planBatches(data, { batchSize: images, steps: 1e6, seed: 0 }),
    { window },
    (plan$) =>
      plan$.pipe(
        loadViews(workers, { source, augmentation, bad }),
        packBatch(shape),
        trainStep(trainer, {
          learningRate: () => 0.01,
          recycle: (pixels) => workers.recycle(pixels),
        }),
      ),
  );
  try {
    const enough = (): boolean => performance.now() - startedAt > 1000 * seconds;
    const measured = await lastValueFrom(
      steps$.pipe(
        skip(first - 1),
        // The one before the first that counts ends where time begins.
        tap(() => (startedAt ||= performance.now())),
        skip(1),
        takeWhile((_, at) => at < 2 || !enough(), true),
        toArray(),
      ),
    );
    const wall = performance.now() - startedAt;
    const ms = measured.map(({ stepMs }) => stepMs);
    const waiting = 1 - ms.reduce((sum, one) => sum + one, 0) / wall;
    const imagesPerSecond = (1000 * images * ms.length) / wall;
    return { ms, values: [], waiting, imagesPerSecond };
  } finally {
    await Promise.all([workers.close(), trainer.close()]);
  }
}
