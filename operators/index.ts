// What happens to samples, from the plan to the score, for use without the command line. Losses by themselves are in
// `sincere-embeddings/loss`, and the flow by itself in `sincere-embeddings/flow`: they load no native code.

// The vocabulary: what travels between stages
export type * from './types.ts';
export { PipelineError } from './errors.ts';
export type { PipelineErrorCode } from './errors.ts';

// Flow: demand, order, permits, the life of a run
export * from './flow.ts';

// Plans: which images meet in a batch
export { planBatches } from './batches/plan-batches.ts';
export { reservoirBatches } from './batches/reservoir-batches.ts';
export { planInOrder } from './batches/plan-in-order.ts';
export { classWalks } from './batches/class-walks.ts';
export { replacementFor } from './batches/replacement-for.ts';

// Stages: read, decode, augment or prepare, pack, train, validate or encode
export { readImage } from './stages/read-image.ts';
export { decodeImage } from './stages/decode-image.ts';
export { keepDecoded } from './stages/keep-decoded.ts';
export { decodedCache } from './image/decoded-cache.ts';
export { onBadSample, skipBad } from './stages/on-bad-sample.ts';
export { quarantine } from './stages/quarantine.ts';
export { augmentViews } from './stages/augment-views.ts';
export { mixViews } from './stages/mix-views.ts';
export { prepareInputs } from './stages/prepare-inputs.ts';
export { packBatch } from './stages/pack-batch.ts';
export { trainStep } from './stages/train-step.ts';
export { validate } from './stages/validate.ts';
export type { Validator } from './stages/validate.ts';
export { encode } from './stages/encode.ts';

// The same stages in one, each image by one thread, and the threads
export { openImageWorkers } from './loading/image-workers.ts';
export { pixelCache } from './loading/pixel-cache.ts';
export { loadViews } from './stages/load-views.ts';
export { loadInputs } from './stages/load-inputs.ts';

// Pixels: how views and inputs are made
export { viewRecipe } from './image/view-recipe.ts';
export type { ViewRecipe } from './image/view-recipe.ts';
export { shrinkTarget } from './image/shrink-target.ts';
export { inputShrinkTarget } from './image/preprocessing.ts';
export type { Preprocessing } from './image/preprocessing.ts';

// Networks, steps and the engines that run them
export { openEngine } from './engine/open-engine.ts';
export { exportEncoder } from './engine/onnx-engine.ts';
export type { EncoderSession, Engine, Trainer } from './engine/interface/engine.ts';
export { initialWeights } from './model/initial-weights.ts';
export type { EncoderName } from './model/encoders.ts';
export type { EncoderSpec } from './model/encoder-spec.ts';
export { learningRateAt } from './model/learning-rate.ts';
export { initialState } from './step/initial-state.ts';
export type { LossSpec } from './loss/loss-spec.ts';
export type { LossReadouts } from './loss/readouts.ts';
export type { StepReadouts } from './step/step-readouts.ts';
export type { StepResult } from './step/step-result.ts';

// Evaluation of vectors: neighbours, rankings, probes, metrics with intervals
export { vectorsInMemory } from './evaluation/vectors/vectors-in-memory.ts';
export type { VectorSet } from './evaluation/vectors/vector-set.ts';
export { nearestNeighbours } from './evaluation/neighbours/nearest-neighbours.ts';
export { rankingScores } from './evaluation/neighbours/ranking-scores.ts';
export { trainProbe } from './evaluation/probe/train-probe.ts';
export { probeScores } from './evaluation/probe/probe-scores.ts';
export type { LinearProbe } from './evaluation/probe/linear-probe.ts';
export { evaluateVectors } from './evaluation/evaluation.ts';
export type { Evaluation } from './evaluation/evaluation.ts';
export { compareScores } from './evaluation/comparison/compare-scores.ts';
