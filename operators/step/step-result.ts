import type { BatchPlan, TrainerState } from '../types.ts';
import type { SampleReadouts } from './sample-readouts.ts';
import type { StepReadouts } from './step-readouts.ts';

/** One acknowledged training step. */
export interface StepResult<R = StepReadouts> {
  readonly plan: BatchPlan;
  readonly learningRate: number;
  readonly readouts: R;
  /** What each image of the batch gave; absent unless the trainer was asked for it (`StepSpec.samples`). */
  readonly samples?: SampleReadouts | undefined;
  /** Wall time of the step inside the engine, in milliseconds. Not deterministic. */
  readonly stepMs: number;
  /** The state after this step, on the steps after which it was asked for. */
  readonly state?: TrainerState | undefined;
}
