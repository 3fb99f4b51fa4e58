import { counted } from '../../operators/message-words.ts';
import type { LoadingTotals } from './loading-meter.ts';
import { loadingStages, type LoadingStage, type StageTime } from './stage-times.ts';

/** Bottleneck of a loader. */
export type LimitName = 'device' | 'read' | 'decode' | 'views' | 'mainThread';

/** Bottleneck of a measurement, in words that tell what was measured. */
export interface LoadingLimit {
  readonly by: LimitName;
  readonly text: string;
}

/** Circumstances of a measurement, as far as limits depend on them. */
export interface LimitSetup {
  /** Milliseconds that the simulated device takes for a batch. */
  readonly stepMs: number;
  readonly threads: number;
}

/** Share of waiting that is none: timers and turns of the event loop take as much. */
export const hardlyWaits = 0.1;

/** Share of time from which on the main thread has none left. */
const fullyBusy = 0.85;

/** Share of the threads' time from which on they wait for the files that the main thread reads for them. */
const halfIdle = 0.5;

/** Bottleneck of a measurement. */
export function loadingLimit(totals: LoadingTotals, setup: LimitSetup): LoadingLimit {
  const { stepMs, threads } = setup;
  const { wallMs, deviceWaitMs, loaderWaitMs, mainMs } = totals;
  if (stepMs > 0 && deviceWaitMs / wallMs <= hardlyWaits) {
    const waits = percent(loaderWaitMs / wallMs);
    const text = `the device: it takes ${shownMs(stepMs)} a batch, and the loader waits for it ${waits} of the time`;
    return { by: 'device', text };
  }
  if (mainMs / wallMs >= fullyBusy) {
    return {
      by: 'mainThread',
      text: `the main thread: it is busy ${percent(mainMs / wallMs)} of the time`,
    };
  }
  const idle = 1 - threadsBusy(totals, threads);
  if (totals.store.calls > 0 && idle >= halfIdle) {
    const waits = `the threads wait for it ${percent(idle)} of the time`;
    return {
      by: 'read',
      text: `reading: the store answers in ${shownAnswer(totals.store)}, and ${waits}`,
    };
  }
  const by = slowest(totals);
  const text = `${names[by]}: ${percent(workShare(totals, by))} of the threads' time`;
  const { ms, calls } = totals.stages.read;
  return {
    by,
    text: by === 'read' ? `${text}; the store answers in ${shownMs(ms / calls)}` : text,
  };
}

function shownAnswer({ ms, calls }: StageTime): string {
  return shownMs(ms / Math.max(1, calls));
}

const names = { read: 'reading', decode: 'decoding', views: 'making views' } as const;

/** Work that threads share: the rest is the main thread's. */
export type SharedStage = keyof typeof names;

/** Share of a stage in the work that threads share. */
export function workShare(totals: LoadingTotals, stage: SharedStage): number {
  const all = threadsMs(totals);
  return all === 0 ? 0 : totals.stages[stage].ms / all;
}

/** Share of the time in which threads worked, of 1. */
export function threadsBusy(totals: LoadingTotals, threads: number): number {
  return threadsMs(totals) / (threads * totals.wallMs);
}

/** Work of the threads, added up. */
function threadsMs({ stages: { read, decode, views } }: LoadingTotals): number {
  return read.ms + decode.ms + views.ms;
}

function slowest({ stages }: LoadingTotals): SharedStage {
  const shared = loadingStages.filter((stage): stage is SharedStage => stage in names);
  return shared.reduce((most, stage) => (stages[stage].ms > stages[most].ms ? stage : most));
}

/** Share of each stage in the time of all of them. */
export function stageShare({ stages }: LoadingTotals, stage: LoadingStage): number {
  const all = loadingStages.reduce((sum, one) => sum + stages[one].ms, 0);
  return all === 0 ? 0 : stages[stage].ms / all;
}

/** A share in percent: `71 %`. */
export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** Milliseconds with two digits that count, or more: `0.012 ms`, `12 ms`, `1,200 ms`. */
export function shownMs(ms: number): string {
  return `${ms >= 10 ? counted(Math.round(ms)) : Number(ms.toPrecision(2))} ms`;
}

/** A rate: `1,234 images/s`. */
export function shownRate(rate: number): string {
  const number = rate >= 10 ? counted(Math.round(rate)) : String(Number(rate.toPrecision(2)));
  return `${number} images/s`;
}

/** Images a second. */
export function rateOf({ images, wallMs }: LoadingTotals): number {
  return (1000 * images) / wallMs;
}
