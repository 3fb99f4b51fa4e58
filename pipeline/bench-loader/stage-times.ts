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

/** Adds up the time in the stages of the main thread. */
export interface StageClock {
  add(stage: 'plan' | 'pack', ms: number): void;
  readonly plan: StageTime;
  readonly pack: StageTime;
}

/** A clock for one run. */
export function stageClock(): StageClock {
  const times = { plan: { ms: 0, calls: 0 }, pack: { ms: 0, calls: 0 } };
  return {
    add(stage, ms) {
      const { ms: before, calls } = times[stage];
      times[stage] = { ms: before + ms, calls: calls + 1 };
    },
    get plan() {
      return times.plan;
    },
    get pack() {
      return times.pack;
    },
  };
}

/** Times between two readings of a clock. */
export function timesBetween(before: StageTimes, after: StageTimes): StageTimes {
  return eachStage((stage) => timeBetween(before[stage], after[stage]));
}

/** Time between two readings. */
export function timeBetween(before: StageTime, after: StageTime): StageTime {
  return { ms: after.ms - before.ms, calls: after.calls - before.calls };
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
