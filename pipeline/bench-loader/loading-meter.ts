import type { StageTime, StageTimes } from './stage-times.ts';

/** Everything that was counted up to an instant; of two, what happened between them. */
export interface LoadingTotals {
  /** Milliseconds on a clock that does not go back. */
  readonly wallMs: number;
  readonly images: number;
  readonly batches: number;
  /** Time in which the device had no batch. */
  readonly deviceWaitMs: number;
  /** Time in which nothing was loaded, because the device held all batches that may be in flight. */
  readonly loaderWaitMs: number;
  /** Time in which the main thread worked. */
  readonly mainMs: number;
  /** Processor time of all threads. */
  readonly cpuMs: number;
  readonly stages: StageTimes;
  /** Reads that the main thread had made, many at a time. */
  readonly store: StageTime;
}

/** Follows the batches of a run from their plan to the end of the device. */
export interface LoadingMeter {
  /** A plan was made. */
  planned(): void;
  /** A batch has gone through all stages of loading. */
  loaded(): void;
  /** The device is done with a batch. */
  consumed(batch: { readonly images: number; readonly waitedMs: number }): void;
  totals(): LoadingTotals;
}

/** Clocks that a meter reads; a test has others. */
export interface MeterClocks {
  /** Milliseconds on any clock that does not go back. */
  readonly now: () => number;
  /** Milliseconds in which the main thread has worked. */
  readonly mainMs: () => number;
  /** Milliseconds of processor time of this process. */
  readonly cpuMs: () => number;
}

/** Clocks of this process. */
export const processClocks: MeterClocks = {
  now: () => performance.now(),
  mainMs: () => performance.eventLoopUtilization().active,
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/**
 * A meter for one run.
 *
 * @param window Batches that may be in flight.
 * @param work Times of the stages up to now.
 */
export function loadingMeter(
  window: number,
  work: () => Pick<LoadingTotals, 'stages' | 'store'>,
  clocks: MeterClocks = processClocks,
): LoadingMeter {
  const { now, mainMs, cpuMs } = clocks;
  let [loading, inFlight] = [0, 0];
  let [images, batches, deviceWaitMs, loaderWaitMs] = [0, 0, 0, 0];
  let idleSince: number | undefined;
  const look = (): void => {
    const at = now();
    if (idleSince !== undefined) loaderWaitMs += at - idleSince;
    idleSince = loading === 0 && inFlight >= window ? at : undefined;
  };
  return {
    planned() {
      loading += 1;
      inFlight += 1;
      look();
    },
    loaded() {
      loading -= 1;
      look();
    },
    consumed({ images: more, waitedMs }) {
      inFlight -= 1;
      images += more;
      batches += 1;
      deviceWaitMs += waitedMs;
      look();
    },
    totals() {
      look();
      const waits = { deviceWaitMs, loaderWaitMs };
      const process = { mainMs: mainMs(), cpuMs: cpuMs() };
      return { wallMs: now(), images, batches, ...waits, ...process, ...work() };
    },
  };
}
