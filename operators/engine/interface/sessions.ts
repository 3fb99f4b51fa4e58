import type { ClassifierReadouts, StepReadouts } from '../../step/step-readouts.ts';
import type { StepRows } from '../../step/sample-readouts.ts';
import type { TrainerState } from '../../types.ts';
import type { EncodedRows } from './engine.ts';

/** Batch of one training step. */
export interface StepBatch {
  /** Pixels as in a `PackedBatch`. Borrowed, as are the labels: nobody may change them until the step is taken. */
  readonly pixels: Float32Array;
  /** As `lossLabels` makes them. */
  readonly labels: Int32Array;
}

/** Read-outs of a step, with what each row gave where the spec asks for samples. */
export type SessionReadouts = (StepReadouts | ClassifierReadouts) & {
  readonly rows?: StepRows | undefined;
};

/** A training step with the state that it changes, in the thread that computes it. One call at a time. */
export interface TrainingSession {
  /** @param state Fits the network. Its arrays may be taken over: later steps then write over them. */
  load(state: TrainerState): Promise<void>;
  /**
   * @throws {PipelineError} `ERR_NOT_FINITE`, and the state is that before the step; `ERR_ENGINE`, also before `load`.
   */
  run(batch: StepBatch, learningRate: number): Promise<SessionReadouts>;
  /**
   * The state. Its arrays may be those that later steps write over: passing them on must copy them.
   *
   * @throws {PipelineError} `ERR_ENGINE` before `load`.
   */
  snapshot(): Promise<TrainerState>;
  release(): Promise<void>;
}

/** An encoder with fixed weights, in the thread that computes it. */
export interface EncodingSession {
  /** @throws {PipelineError} `ERR_SHAPE` when `pixels` are not those of 1 to `rows` images; `ERR_ENGINE`. */
  encode(pixels: Float32Array): Promise<EncodedRows>;
  release(): Promise<void>;
}

/** Shape of an encoding session. */
export interface EncodingShape {
  readonly rows: number;
  readonly imageSize: number;
  /**
   * Images that the network sees at once, always so many, for a backend that sums in another order by their number.
   * @default those of a call
   */
  readonly microBatchSize?: number | undefined;
}
