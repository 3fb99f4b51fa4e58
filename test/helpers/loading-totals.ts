import type { LoadingTotals } from '../../pipeline/bench-loader/loading-meter.ts';
import { eachStage, type LoadingStage } from '../../pipeline/bench-loader/stage-times.ts';

/** A measurement that was made up: one second of 1,000 images, 4 batches, on one core; the stages as they are given. */
export function madeUpTotals(
  given: Partial<Omit<LoadingTotals, 'stages'>> = {},
  stageMs: Partial<Record<LoadingStage, number>> = { decode: 700, views: 300 },
): LoadingTotals {
  return {
    wallMs: 1000,
    images: 1000,
    batches: 4,
    deviceWaitMs: 1000,
    loaderWaitMs: 0,
    mainMs: 100,
    cpuMs: 1000,
    store: { ms: 0, calls: 0 },
    ...given,
    stages: eachStage((stage) => ({ ms: stageMs[stage] ?? 0, calls: given.images ?? 1000 })),
  };
}
