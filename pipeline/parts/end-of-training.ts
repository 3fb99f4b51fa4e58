/** What ended a training run: its last step, a stop from outside, or a condition of its own. */
export type TrainingEnd = 'steps' | 'stop' | EndCause;

/** Conditions that end a run before its last step. */
export type EndCause = 'patience' | 'alarm' | 'time';

/** One condition, asked before each step. */
export interface EndCondition {
  readonly cause: EndCause;
  /** Asked in turn; may wait for what it decides by. */
  readonly holds: (step: number) => boolean | Promise<boolean>;
}

/** The end of a run, as its stages ask for it and as its result tells it. */
export interface EndOfTraining {
  /** For `trainStep`: true before the first step that a condition holds at. */
  readonly endBefore: (step: number) => Promise<boolean>;
  /** For `withDemand`: true when a condition has ended the run. */
  readonly ended: () => boolean;
  /** What ended the run, which has reached so many steps of all. */
  readonly cause: (reached: number, total: number) => TrainingEnd;
}

/** Early end by the first of several conditions that holds. */
export function endOfTraining(conditions: readonly EndCondition[]): EndOfTraining {
  let met: EndCause | undefined;
  return {
    async endBefore(step) {
      for (const { cause, holds } of conditions) {
        if (met === undefined && (await holds(step))) met = cause;
      }
      return met !== undefined;
    },
    ended: () => met !== undefined,
    cause: (reached, total) => met ?? (reached >= total ? 'steps' : 'stop'),
  };
}
