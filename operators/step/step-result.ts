import type { BatchPlan, TrainerState } from '../types.ts';
import type { StepReadouts } from './step-readouts.ts';

/** One acknowledged training step. */
export interface StepResult<R = StepReadouts> {
  readonly plan: BatchPlan;
  readonly learningRate: number;
  readonly readouts: R;
  /** Wall time of the step inside the engine, in milliseconds. Not deterministic. */
  readonly stepMs: number;
  /** The state after this step, on the steps after which it was asked for. */
  readonly state?: TrainerState | undefined;
}
