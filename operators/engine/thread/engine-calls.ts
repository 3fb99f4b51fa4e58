import type { Computing } from '../../onnx/device-name.ts';
import type { LossRows } from '../../loss/loss-rows.ts';
import type { TrainerState, Weights } from '../../types.ts';
import type { LossSpec } from '../../loss/loss-spec.ts';
import type { EncoderSpec } from '../../model/encoder-spec.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import type { ImageRanges, Quantisation } from '../../onnx/int8/quantisation.ts';
import type { SessionReadouts, StepBatch } from '../interface/sessions.ts';
import type { EncodedRows, LossResult, ModelPorts, ModelSpec } from '../interface/engine.ts';

/** Call table of an engine thread: the argument and the result of each call by name. */
export interface EngineCalls {
  openTrainer: { argument: { spec: StepSpec } & Computing; result: null };
  load: { argument: TrainerState; result: null };
  run: { argument: StepCall; result: SessionReadouts };
  snapshot: { argument: null; result: TrainerState };
  openEncoder: {
    argument: {
      spec: EncoderSpec;
      weights: Weights;
      rows: number;
      imageSize: number;
      /** Int8 convolutions with these parameters. @default float32 */
      quantisation?: Quantisation | undefined;
    } & Computing;
    result: null;
  };
  openCalibration: {
    argument: { spec: EncoderSpec; weights: Weights; imageSize: number } & Computing;
    result: null;
  };
  ranges: { argument: { pixels: Float32Array }; result: readonly ImageRanges[] };
  openModel: {
    argument: { spec: ModelSpec; rows: number; imageSize: number } & Computing;
    result: {
      ports: ModelPorts;
      embeddingSize: number;
      projectionSize: number;
      notes: readonly string[];
    };
  };
  encode: { argument: { pixels: Float32Array }; result: EncodedRows };
  exportEncoder: {
    argument: { spec: EncoderSpec; weights: Weights; imageSize: number };
    result: Uint8Array;
  };
  openLoss: { argument: { spec: LossSpec } & Computing; result: null };
  loss: { argument: LossCall; result: LossResult };
  /** Frees what was opened, or only one part of it. */
  release: { argument: EnginePart | null; result: null };
}

/** Parts of a thread that are opened and freed beside its trainer. */
export type EnginePart = 'encoder' | 'loss';

/** One training step. */
export interface StepCall extends StepBatch {
  readonly learningRate: number;
}

/** One loss of a set. */
export interface LossCall {
  readonly rows: LossRows;
  readonly gradient: boolean;
  readonly readouts: boolean;
  /** One element in shared memory: the call ends early once it is not 0. */
  readonly cancelled: Int32Array;
}

export type EngineCallName = keyof EngineCalls;
