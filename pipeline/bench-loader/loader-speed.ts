import type { LoaderSpeed } from './loader-result.ts';
import { type LimitSetup, loadingLimit, rateOf, stageShare } from './loading-limit.ts';
import type { LoadingTotals } from './loading-meter.ts';
import { eachStage } from './stage-times.ts';

/** Rates and shares of what was counted; null of nothing. */
export function loaderSpeed(totals: LoadingTotals | null, setup: LimitSetup): LoaderSpeed | null {
  if (totals === null) return null;
  const { wallMs, images, batches, deviceWaitMs, loaderWaitMs, mainMs, cpuMs, stages, store } =
    totals;
  const share = (ms: number): number => Math.min(1, ms / wallMs);
  return {
    imagesPerSecond: rateOf(totals),
    images,
    batches,
    seconds: wallMs / 1000,
    deviceWaitShare: share(deviceWaitMs),
    loaderWaitShare: share(loaderWaitMs),
    coresUsed: cpuMs / wallMs,
    mainThreadShare: share(mainMs),
    stages: eachStage((stage) => ({
      msPerImage: stages[stage].ms / images,
      share: stageShare(totals, stage),
    })),
    store: { reads: store.calls, msPerRead: store.calls === 0 ? null : store.ms / store.calls },
    limit: loadingLimit(totals, setup),
  };
}
