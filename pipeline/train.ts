import { pipe } from 'rxjs';
import { exportEncoder } from '../operators/engine/onnx-engine.ts';
import { trainStep } from '../operators/stages/train-step.ts';
import { beforeComplete } from '../operators/flow/before-complete.ts';
import { perSample } from '../operators/flow/per-sample.ts';
import { runScoped, type ScopedRun } from '../operators/flow/run-scope.ts';
import { withDemand } from '../operators/flow/with-demand.ts';
import { augmentViews } from '../operators/stages/augment-views.ts';
import { decodeImage } from '../operators/stages/decode-image.ts';
import { decodedCache } from '../operators/image/decoded-cache.ts';
import { keepDecoded } from '../operators/stages/keep-decoded.ts';
import { onBadSample } from '../operators/stages/on-bad-sample.ts';
import { packBatch } from '../operators/stages/pack-batch.ts';
import { quarantine } from '../operators/stages/quarantine.ts';
import { readImage } from '../operators/stages/read-image.ts';
import { shrinkTarget } from '../operators/image/shrink-target.ts';
import { openViewMaker } from '../operators/image/view-maker.ts';
import { isByImage } from '../operators/loss/loss-labels.ts';
import { learningRateAt } from '../operators/model/learning-rate.ts';
import { classWalks } from '../operators/plan/class-walks.ts';
import { planBatches } from '../operators/plan/plan-batches.ts';
import { replacementFor } from '../operators/plan/replacement-for.ts';
import type { ClassifierReadouts, StepReadouts, StepResult } from '../operators/types.ts';
import { encoderSidecar } from '../outputs/model/model-sidecar.ts';
import { saveCheckpoints } from '../outputs/run/save-checkpoints.ts';
import { writeMetrics } from '../outputs/run/write-metrics.ts';
import { decodePermits, readPermits } from './parts/native-permits.ts';
import { openTraining } from './parts/open-training.ts';
import type { TrainOptions } from './options/shared-options.ts';
import type { PretrainedStart } from './parts/run-config.ts';
import type { RunListener } from './parts/run-listener.ts';

/**
 * Trains an encoder: images → balanced batches → views → steps → checkpoints and metrics.
 *
 * Emits once for each step, when its rows and its checkpoint, if one is due, are on the disk. Read-outs are those of
 * a classifier with the loss `cross-entropy`.
 *
 * @param start An encoder to go on from, instead of `options.init`. @default random weights
 */
export function train(
  options: TrainOptions,
  listener: RunListener = {},
  start?: PretrainedStart,
): ScopedRun<StepResult<StepReadouts | ClassifierReadouts>> {
  return runScoped(async (scope) => {
    const { data, config, run, trainer, startAt } = await openTraining(
      scope,
      options,
      listener,
      start,
    );
    const { signal, draining } = scope;
    const { recipe, imageSize, views, seed, steps } = config;
    const leastClasses = isByImage(config.loss) ? 1 : 2;
    const classesPerBatch = config.classesPerBatch ?? undefined;
    const batches = { ...config, classesPerBatch, leastClasses } as const;
    const walks = classWalks(data, batches);
    const viewer = scope.use(await openViewMaker());
    const bad = quarantine({ count: data.count, maxBadShare: options.maxBadShare, known: run.bad });
    const cache = decodedCache(options.cacheMb * 1e6);
    const shrinkTo = shrinkTarget(recipe, imageSize);
    const every = options.checkpointEvery ?? Math.ceil(data.count / config.batchSize);
    const peak = config.learningRate;
    const schedule = { peak, steps, warmupSteps: config.warmupSteps };

    const plans = planBatches(data, { ...batches, startAt });
    return withDemand(plans, { window: options.window, signal, draining }, (plan$) =>
      plan$.pipe(
        perSample(
          onBadSample(
            (sample, attempt) => replacementFor(walks, sample, attempt + 1),
            bad,
            keepDecoded(
              cache,
              pipe(
                readImage(data, { permits: readPermits }),
                decodeImage({ permits: decodePermits, shrinkTo }),
              ),
            ),
          ),
        ),
        augmentViews(viewer, { recipe, views, imageSize, seed }),
        packBatch(trainer.shape),
        trainStep(trainer, {
          learningRate: (step) => learningRateAt(step, schedule),
          snapshotAfter: (step) => (step + 1) % every === 0 || step + 1 === steps,
        }),
        // A checkpoint needs the rows of its steps on the disk before it.
        writeMetrics(run),
        saveCheckpoints(run, { snapshot: () => trainer.snapshot(), quarantine: bad }),
        beforeComplete(async () => {
          const { weights } = await trainer.snapshot();
          const model = await exportEncoder(config.encoder, weights, imageSize);
          await run.saveEncoder(model, encoderSidecar(imageSize, recipe));
        }),
      ),
    );
  });
}
