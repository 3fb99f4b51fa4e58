import { type OperatorFunction, pipe } from 'rxjs';
import type { ClassWalks } from '../../operators/batches/class-walks.ts';
import { replacementFor } from '../../operators/batches/replacement-for.ts';
import { perSample } from '../../operators/flow/per-sample.ts';
import type { Permits } from '../../operators/flow/permits.ts';
import type { RunScope } from '../../operators/flow/run-scope.ts';
import { decodedCache } from '../../operators/image/decoded-cache.ts';
import { statedReading } from '../../operators/image/image-reading.ts';
import { shrinkTarget } from '../../operators/image/shrink-target.ts';
import { openImageWorkers } from '../../operators/loading/image-workers.ts';
import { viewRecipe } from '../../operators/image/view-recipe.ts';
import type { ViewMaker } from '../../operators/image/view-request.ts';
import { augmentViews } from '../../operators/stages/augment-views.ts';
import { decodeImage } from '../../operators/stages/decode-image.ts';
import { keepDecoded } from '../../operators/stages/keep-decoded.ts';
import { onBadSample } from '../../operators/stages/on-bad-sample.ts';
import { type Quarantine, quarantine } from '../../operators/stages/quarantine.ts';
import { readImage } from '../../operators/stages/read-image.ts';
import type { BatchPlan, Dataset, ViewBatch } from '../../operators/types.ts';
import type { BenchOptions } from '../options/bench-options.ts';
import type { Resolved } from '../options/verb.ts';
import { decodePermits, readPermits } from '../parts/native-permits.ts';
import { type StageClock, stageClock } from './stage-times.ts';

/** The loading part of a training run, with clocks on its stages. */
export interface Loading {
  /** From plans to views, as `train` has it. */
  readonly load: OperatorFunction<BatchPlan, ViewBatch>;
  readonly clock: StageClock;
  readonly bad: Quarantine;
  /** Decoded images that are kept. */
  readonly cache: { readonly count: number; readonly bytes: number; readonly maxBytes: number };
}

/** Opens what loads images for training; it belongs to the scope. */
export async function openLoading(
  scope: RunScope,
  options: Resolved<BenchOptions>,
  data: Dataset,
  walks: ClassWalks,
): Promise<Loading> {
  const { imageSize, views, seed, maxPixels, maxBytes, tolerant } = options;
  const recipe = viewRecipe(options.augmentation);
  const clock = stageClock();
  const viewer = timedViewer(
    scope.use(await openImageWorkers({ threads: options.threads })),
    clock,
  );
  const bad = quarantine({ count: data.count, maxInvalid: options.maxInvalid });
  const cache = decodedCache(options.cacheMb * 1e6);
  const read = readImage(data, { permits: timedPermits(readPermits, clock, 'read'), maxBytes });
  const decode = decodeImage({
    permits: timedPermits(decodePermits, clock, 'decode'),
    limits: { maxPixels },
    reading: statedReading(options),
    tolerant,
    shrinkTo: shrinkTarget(recipe, imageSize),
  });
  const load = pipe(
    perSample(
      onBadSample(
        (sample, attempt) => replacementFor(walks, sample, attempt + 1),
        bad,
        keepDecoded(cache, pipe(read, decode)),
      ),
    ),
    augmentViews(viewer, { recipe, views, imageSize, seed }),
  );
  return { load, clock, bad, cache };
}

/** Permits that tell how long the work behind them takes, without the wait for them. */
function timedPermits(permits: Permits, clock: StageClock, stage: 'read' | 'decode'): Permits {
  return {
    ...permits,
    use: (work, signal) =>
      permits.use(async () => {
        const began = performance.now();
        try {
          return await work();
        } finally {
          clock.add(stage, performance.now() - began);
        }
      }, signal),
  };
}

/** A view maker that tells how long its threads are busy: while one of several requests is made. */
function timedViewer(viewer: ViewMaker, clock: StageClock): ViewMaker {
  let [pending, since] = [0, 0];
  return {
    ...viewer,
    async make(request) {
      if (pending === 0) since = performance.now();
      pending += 1;
      try {
        return await viewer.make(request);
      } finally {
        pending -= 1;
        const now = performance.now();
        clock.add('views', now - since, request.images.length);
        since = now;
      }
    },
  };
}
