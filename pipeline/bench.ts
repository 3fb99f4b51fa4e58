import { tap } from 'rxjs';
import { asOneClass } from '../datasets/subsets/as-one-class.ts';
import { classWalks } from '../operators/batches/class-walks.ts';
import { planBatches } from '../operators/batches/plan-batches.ts';
import { withDemand } from '../operators/flow/with-demand.ts';
import { counted } from '../operators/message-words.ts';
import { packBatch } from '../operators/stages/pack-batch.ts';
import type { Dataset } from '../operators/types.ts';
import { loadingMeter } from './bench-loader/loading-meter.ts';
import { phaseClock } from './bench-loader/loading-phases.ts';
import type { LoaderResult } from './bench-loader/loader-result.ts';
import { openLoading } from './bench-loader/open-loading.ts';
import { stageClock } from './bench-loader/stage-times.ts';
import { simulatedDevice } from './bench-loader/simulated-device.ts';
import { tellLoading } from './bench-loader/tell-loading.ts';
import { timedPlans, timedStage } from './bench-loader/timed-stages.ts';
import { type BenchOptions, benchVerb } from './options/bench-options.ts';
import { allViews } from './options/all-views.ts';
import type { Resolved } from './options/verb.ts';
import { checkPreparedReading } from './parts/check-prepared.ts';
import { openData } from './parts/open-data.ts';
import { type Run, startRun } from './parts/start-run.ts';
import { tellDecoder } from './parts/tell-decoder.ts';

/** Options of `benchLoader`. */
export type BenchLoaderOptions = Omit<BenchOptions, 'part'>;

/**
 * Measures how fast images are loaded for training: plans → read, decode, views → batches, through the stages of `train`,
 * into a simulated device that takes `stepMs` for each batch and computes nothing.
 *
 * The first batches warm up and are not measured. `stop()` ends it with what was measured by then. Images that cannot be
 * used are replaced and counted, as in training; nothing is written.
 *
 * @throws {UsageError} When the options cannot be run with.
 * @throws {PipelineError} `ERR_DATASET`, `ERR_TOO_MANY_BAD`, `ERR_ENGINE` when a thread has died.
 * @example
 * ```ts
 * const { speed, advice } = await benchLoader({ data: 'photos', imageSize: 224, batchSize: 64 });
 * console.log(speed?.imagesPerSecond, advice[0]?.text);
 * ```
 */
export function benchLoader(given: BenchLoaderOptions): Run<LoaderResult> {
  const complete: BenchOptions = { ...given, part: 'loader' };
  return startRun(benchVerb, complete, async (options, scope, note) => {
    const data = classed(await openData({ ...options, out: null }, scope.signal, note));
    await tellDecoder(options.decoder, note);
    checkPreparedReading(data, options);
    const { batchSize, imageSize, prefetch, stepMs } = options;
    const shape = { batchSize, leastClasses: 1, seed: options.seed } as const;
    const walks = classWalks(data, shape);
    const loading = await openLoading(scope, options, { data, walks, note });
    const clock = stageClock();
    const meter = loadingMeter(prefetch, () => ({
      stages: { plan: clock.plan, ...loading.work(), pack: clock.pack },
      store: loading.store(),
    }));
    const warmUp = options.warmUp ?? prefetch + 1;
    const enough = new AbortController();
    const draining = AbortSignal.any([scope.draining, enough.signal]);
    note(opening(options, warmUp), ['seconds', 'batches', 'stepMs'], 'work');

    const plans = planBatches(data, { ...shape, steps: Number.MAX_SAFE_INTEGER });
    return withDemand(
      timedPlans(plans, clock),
      { window: prefetch, signal: scope.signal, draining },
      (plan$) =>
        plan$.pipe(
          tap(() => meter.planned()),
          loading.load,
          timedStage(
            packBatch({ images: batchSize, views: allViews(options), imageSize }),
            clock,
            'pack',
          ),
          tap(() => meter.loaded()),
          simulatedDevice({ stepMs }),
          tap(({ batch }) => loading.recycle(batch.pixels)),
        ),
    ).pipe(
      tellLoading({
        options,
        loading,
        meter,
        images: data.count,
        warmUp,
        clock: phaseClock({
          warmUp,
          between: prefetch,
          ms: options.seconds === null ? null : 1000 * options.seconds,
          batches: options.batches,
        }),
        enough: () => enough.abort(),
      }),
    );
  });
}

/** Images of unknown class are loaded like others. */
function classed(data: Dataset): Dataset {
  return data.classes.length === 0 ? asOneClass(data) : data;
}

function opening(options: Resolved<BenchOptions>, warmUp: number): string {
  const { seconds, batches, batchSize, imageSize, stepMs } = options;
  const long = seconds === null ? counted(batches!, 'batch', 'batches') : `${seconds} s`;
  const each = `${counted(batchSize, 'image')} with ${counted(allViews(options), 'view')} of ${imageSize} px`;
  const device = stepMs === 0 ? '' : `, for a device that takes ${stepMs} ms a batch`;
  return `measuring ${long} after a warm-up of ${counted(warmUp, 'batch', 'batches')}, each of ${each}${device}`;
}
