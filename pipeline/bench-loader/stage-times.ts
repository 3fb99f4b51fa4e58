/** Stages of loading, in the order in which an image goes through them. */
export const loadingStages = ['plan', 'read', 'decode', 'views', 'pack'] as const;

/** Stage of loading by its name. */
export type LoadingStage = (typeof loadingStages)[number];

/** Time in one stage. */
export interface StageTime {
  /** Milliseconds, added up over the threads. */
  readonly ms: number;
  /** Times that it was done: plans, files, images, batches. */
  readonly calls: number;
}

/** Time in each stage. */
export type StageTimes = Readonly<Record<LoadingStage, StageTime>>;

/** Adds up the time in each stage. */
export interface StageClock {
  add(stage: LoadingStage, ms: number, calls?: number): void;
  times(): StageTimes;
}

/** A clock for one run. */
export function stageClock(): StageClock {
  let times: StageTimes = eachStage(() => ({ ms: 0, calls: 0 }));
  return {
    add(stage, ms, calls = 1) {
      const before = times[stage];
      times = { ...times, [stage]: { ms: before.ms + ms, calls: before.calls + calls } };
    },
    times: () => times,
  };
}

/** Times between two readings of a clock. */
export function timesBetween(before: StageTimes, after: StageTimes): StageTimes {
  return eachStage((stage) => ({
    ms: after[stage].ms - before[stage].ms,
    calls: after[stage].calls - before[stage].calls,
  }));
}

/** A table with a row for each stage. */
export function eachStage<T>(of: (stage: LoadingStage) => T): Readonly<Record<LoadingStage, T>> {
  return {
    plan: of('plan'),
    read: of('read'),
    decode: of('decode'),
    views: of('views'),
    pack: of('pack'),
  };
}
