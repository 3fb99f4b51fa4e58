import { concat, defer, map, type OperatorFunction } from 'rxjs';
import { availableCores } from '../../operators/threads/available-cores.ts';
import { availableMemory } from '../../operators/threads/available-memory.ts';
import type { BenchOptions } from '../options/bench-options.ts';
import type { Resolved } from '../options/verb.ts';
import type { RunEvent } from '../parts/run-event.ts';
import { loadingAdvice } from './loading-advice.ts';
import type { LoadingMeter } from './loading-meter.ts';
import type { PhaseClock } from './loading-phases.ts';
import type { LoaderResult } from './loader-result.ts';
import { loaderSpeed } from './loader-speed.ts';
import type { Loading } from './open-loading.ts';
import type { ConsumedBatch } from './simulated-device.ts';

/** A measurement under way. */
export interface MeasuredLoading {
  readonly options: Resolved<BenchOptions>;
  readonly loading: Pick<
    Loading,
    'bad' | 'cache' | 'threads' | 'isPrepared' | 'filePixels' | 'shrinkTo'
  >;
  readonly meter: LoadingMeter;
  readonly clock: PhaseClock;
  /** Images of the dataset. */
  readonly images: number;
  readonly warmUp: number;
  /** Asks for no more batches. */
  readonly enough: () => void;
}

/** Progress with each batch, warm-up and measurement apart; at the end what was measured, also by a run that was stopped. */
export function tellLoading(
  measured: MeasuredLoading,
): OperatorFunction<ConsumedBatch, RunEvent<LoaderResult>> {
  const { options, meter, clock, warmUp, enough } = measured;
  return (batch$) =>
    defer(() => {
      let done = 0;
      const progress$ = batch$.pipe(
        map(({ batch: { plan, samples }, waitedMs }): RunEvent<LoaderResult> => {
          const isWarmUp = clock.warmUpLeft > 0;
          meter.consumed({ images: samples.length, waitedMs });
          if (!clock.deliver(plan.epoch, () => meter.totals())) enough();
          done += 1;
          return {
            kind: 'progress',
            label: isWarmUp ? 'warm-up' : 'load',
            ...(isWarmUp ? { done, total: warmUp } : (clock.progress ?? { done })),
            unit: 'images',
            amount: done * options.batchSize,
            ...(options.stepMs === 0 ? {} : { busyMs: options.stepMs }),
            step: null,
          };
        }),
      );
      return concat(
        progress$,
        defer(() => [{ kind: 'result' as const, result: resultOf(measured) }]),
      );
    });
}

function resultOf({ options, loading, clock, images, warmUp }: MeasuredLoading): LoaderResult {
  const { all, first, later } = clock.phases();
  const { stepMs, batchSize, prefetch } = options;
  const { threads } = loading;
  const setup = { stepMs, threads };
  const { count, bytes, maxBytes } = loading.cache;
  const cores = availableCores();
  const advice = loadingAdvice(clock.phases(), {
    stepMs,
    batchSize,
    prefetch,
    threads,
    cores,
    images,
    cache: { count, bytes, maxBytes },
    freeBytes: availableMemory(),
    isPrepared: loading.isPrepared,
    filePixels: loading.filePixels,
    shrinkTo: loading.shrinkTo,
  });
  const [bad, repaired] = [loading.bad.list().length, loading.bad.listRepaired().length];
  return {
    speed: loaderSpeed(all, setup),
    firstEpoch: loaderSpeed(first, setup),
    laterEpochs: loaderSpeed(later, setup),
    warmUpBatches: warmUp,
    threads,
    cores,
    cache: { images: count, bytes, maxBytes },
    dataset: { images, bad, repaired },
    advice,
  };
}
