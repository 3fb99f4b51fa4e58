// Whole runs, as the verbs of the command line start them: `await` one for its result, or follow its `output$`.

export { train } from './train.ts';
export type { TrainOptions } from './options/train-options.ts';
export type { TrainedStep, TrainResult } from './parts/tell-steps.ts';
export type { StepTimes } from './parts/step-clock.ts';
export type { PretrainedStart } from './parts/run-config.ts';
export { embed } from './embed.ts';
export type { EmbedOptions } from './options/embed-options.ts';
export type { EmbedResult } from './parts/tell-rows.ts';
export { finalize } from './finalize.ts';
export type { FinalizeOptions } from './options/finalize-options.ts';
export { evaluate } from './evaluate.ts';
export type { Evaluated } from './evaluate.ts';
export type { EvaluateOptions } from './options/evaluate-options.ts';
export { compare } from './compare.ts';
export type { Compared } from './compare.ts';
export type { CompareOptions } from './options/compare-options.ts';
export { transfer } from './transfer.ts';
export type { TransferResult } from './transfer.ts';
export type { TransferOptions } from './options/transfer-options.ts';
export type { NeighbourSummary, TransferMethod, TransferSummary } from './parts/report-transfer.ts';
export { loss } from './loss.ts';
export type { MeasuredLoss } from './loss.ts';
export type { LossOptions } from './options/loss-options.ts';
export { theory } from './theory.ts';
export type { TheoryResult } from './theory.ts';
export type { TheoryOptions } from './options/theory-options.ts';
export { convert } from './convert.ts';
export type { ConvertOptions } from './options/convert-options.ts';
export { inspect } from './inspect.ts';
export type { InspectOptions } from './options/inspect-options.ts';
export { demo } from './demo.ts';
export type { DemoResult, DemoRow } from './demo.ts';
export type { DemoOptions } from './options/demo-options.ts';
export { setup } from './setup.ts';
export type { SetupOptions } from './options/setup-options.ts';
export type { SetupResult } from './setup-tensorflow/setup-result.ts';
export type { RecordedWheel } from './setup-tensorflow/setup-record.ts';
export type { TensorflowVariant } from './setup-tensorflow/pinned-wheels.ts';
export { doctor } from './doctor.ts';
export type { DoctorCheck } from './doctor.ts';
export type { DoctorOptions } from './options/doctor-options.ts';

// What every run tells, and how it is followed and stopped
export type { Run } from './parts/start-run.ts';
export type { RunEvent, RunNote, RunProgress, RunResult } from './parts/run-event.ts';
export { UsageError } from './options/usage-error.ts';
