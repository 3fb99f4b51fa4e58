import type { LoadingTotals } from './loading-meter.ts';
import { timeBetween, timesBetween } from './stage-times.ts';

/** Phases of a measurement: as a whole, and apart for images that are seen for the first time. */
export interface LoadingPhases {
  /** Null when nothing was measured: the run ended in its warm-up. */
  readonly all: LoadingTotals | null;
  /** First epoch, after the warm-up; null when the warm-up was as long. */
  readonly first: LoadingTotals | null;
  /** Later epochs, when decoded images may come out of the cache; null when none was reached. */
  readonly later: LoadingTotals | null;
}

/** Divides a run into phases. */
export interface PhaseClock {
  /** Counts a batch that was delivered; false when all that is to be measured was. */
  deliver(epoch: number, totals: () => LoadingTotals): boolean;
  /** Batches of the warm-up that are left. */
  readonly warmUpLeft: number;
  /** How much is measured already, of how much: batches, or else seconds. Undefined when no end is set. */
  readonly progress: { readonly done: number; readonly total: number } | undefined;
  phases(): LoadingPhases;
}

/** Options of `phaseClock`. */
export interface PhaseOptions {
  /** Batches that are not measured, 1 or more: the last of them starts the clock. */
  readonly warmUp: number;
  /** Batches that were begun before an epoch ended: the first of the next one, which belong to neither. */
  readonly between: number;
  /** Milliseconds after the warm-up; null for no end. */
  readonly ms: number | null;
  /** Batches after the warm-up; null for no end. */
  readonly batches: number | null;
}

/** Phases of one run. A rate is that between two deliveries, the first of which does not count. */
export function phaseClock(options: PhaseOptions): PhaseClock {
  const { warmUp, between, ms, batches } = options;
  let delivered = 0;
  let [start, firstEnd, laterStart, last]: (LoadingTotals | undefined)[] = [];
  let laterDelivered = 0;
  let ended = false;
  return {
    deliver(epoch, totals) {
      if (ended) return false;
      delivered += 1;
      if (epoch > 0) laterDelivered += 1;
      if (delivered < warmUp) return true;
      last = totals();
      start ??= last;
      if (epoch === 0) firstEnd = last;
      else if (laterDelivered >= between) laterStart ??= last;
      const isLong = ms !== null && last.wallMs - start.wallMs >= ms;
      ended = isLong || (batches !== null && last.batches - start.batches >= batches);
      return !ended;
    },
    get warmUpLeft() {
      return Math.max(0, warmUp - delivered);
    },
    get progress() {
      if (batches !== null) {
        return { done: (last?.batches ?? 0) - (start?.batches ?? 0), total: batches };
      }
      if (ms === null) return undefined;
      const passed = (last?.wallMs ?? 0) - (start?.wallMs ?? 0);
      // Tenths of a second, and all of them at the end.
      return { done: passed >= ms ? ms / 1000 : Math.floor(passed / 100) / 10, total: ms / 1000 };
    },
    phases: () => ({
      all: totalsBetween(start, last),
      first: totalsBetween(start, firstEnd),
      later: totalsBetween(laterStart, last),
    }),
  };
}

/** Totals between two instants; null when nothing was delivered. */
function totalsBetween(
  before: LoadingTotals | undefined,
  after: LoadingTotals | undefined,
): LoadingTotals | null {
  if (before === undefined || after === undefined || after.batches <= before.batches) return null;
  return {
    wallMs: after.wallMs - before.wallMs,
    images: after.images - before.images,
    batches: after.batches - before.batches,
    deviceWaitMs: after.deviceWaitMs - before.deviceWaitMs,
    loaderWaitMs: after.loaderWaitMs - before.loaderWaitMs,
    mainMs: after.mainMs - before.mainMs,
    cpuMs: after.cpuMs - before.cpuMs,
    stages: timesBetween(before.stages, after.stages),
    store: timeBetween(before.store, after.store),
  };
}
