import type { BatchPlan } from '../../operators/types.ts';

/** Times of the steps of a run. The first step is left out, because it pays for the start. */
export interface StepTimes {
  readonly steps: number;
  readonly wallMs: number;
  /** Inside the engine; the rest is waiting for batches, and writing. */
  readonly stepMs: number;
  readonly imagesPerSecond: number;
  readonly stepOnlyImagesPerSecond: number;
}

/** Adds up the times of steps. */
export interface StepClock {
  readonly count: (step: { readonly stepMs: number; readonly plan: BatchPlan }) => void;
  /** Null with fewer than two steps. */
  readonly times: () => StepTimes | null;
}

/**
 * A clock for one run.
 *
 * @param now Milliseconds on any clock that does not go back. @default performance.now
 */
export function stepClock(now: () => number = () => performance.now()): StepClock {
  let firstAt: number | undefined;
  let lastAt = 0;
  let [steps, stepMs, images] = [0, 0, 0];
  return {
    count(step) {
      lastAt = now();
      if (firstAt === undefined) {
        firstAt = lastAt;
        return;
      }
      steps += 1;
      stepMs += step.stepMs;
      images += step.plan.samples.length;
    },
    times() {
      if (firstAt === undefined || steps === 0) return null;
      const wallMs = lastAt - firstAt;
      return {
        steps,
        wallMs,
        stepMs,
        imagesPerSecond: (1000 * images) / wallMs,
        stepOnlyImagesPerSecond: (1000 * images) / stepMs,
      };
    },
  };
}
