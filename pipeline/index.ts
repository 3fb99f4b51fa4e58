// Whole runs, as the verbs of the command line start them.

export { train } from './train.ts';
export { embed } from './embed.ts';
export { finalize } from './finalize.ts';
export { transfer } from './transfer.ts';
export type { TransferProgress, TransferResult } from './transfer.ts';
export type { NeighbourSummary, TransferMethod, TransferSummary } from './parts/report-transfer.ts';
export { evaluate } from './evaluate.ts';
export type { Evaluated, EvaluationAdvance } from './evaluate.ts';
export { compare } from './compare.ts';
export type { Compared } from './compare.ts';
export { loss } from './loss.ts';
export type { LossAdvance, MeasuredLoss } from './loss.ts';
export { theory } from './theory.ts';
export type { TheoryAdvance, TheoryResult } from './theory.ts';
export { convert } from './convert.ts';
export type { ConvertAdvance, Converted } from './convert.ts';
export { inspect } from './inspect.ts';
export type { InspectAdvance, Inspected } from './inspect.ts';
export { demo } from './demo.ts';
export type { DemoProgress, DemoResult, DemoRow } from './demo.ts';
export type { PretrainedStart } from './parts/run-config.ts';
export type { RunListener } from './parts/run-listener.ts';

// Complete options from those that differ from the defaults
export {
  compareVerb,
  convertVerb,
  demoVerb,
  embedVerb,
  evaluateVerb,
  finalizeVerb,
  inspectVerb,
  lossVerb,
  theoryVerb,
  trainVerb,
  transferVerb,
} from './options/shared-options.ts';
export type {
  CompareOptions,
  ConvertOptions,
  DemoOptions,
  EmbedOptions,
  EvaluateOptions,
  FinalizeOptions,
  InspectOptions,
  LossOptions,
  TheoryOptions,
  TrainOptions,
  TransferOptions,
} from './options/shared-options.ts';
export { resolveOptions } from './options/verb.ts';
export type { Verb, VerbField } from './options/verb.ts';
export { UsageError } from './options/usage-error.ts';
