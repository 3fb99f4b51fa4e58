// What happens to samples, from the plan to the score, for use without the command line.

// The vocabulary
export type * from './types.ts';
export { PipelineError } from './errors.ts';
export type { PipelineErrorCode, PipelineErrorOptions } from './errors.ts';
export { seededRandom, permutation } from './random.ts';
export type { Random } from './random.ts';

// Flow: demand, order, permits, the life of a run
export { withDemand } from './flow/with-demand.ts';
export type { DemandOptions } from './flow/with-demand.ts';
export { perSample } from './flow/per-sample.ts';
export { mapInOrder } from './flow/map-in-order.ts';
export { mapInTurn } from './flow/map-in-turn.ts';
export { beforeComplete } from './flow/before-complete.ts';
export { permits } from './flow/permits.ts';
export type { Permits, Release } from './flow/permits.ts';
export { runScoped } from './flow/run-scope.ts';
export type { RunOutcome, RunScope, ScopedRun } from './flow/run-scope.ts';

// Plans: which images meet in a batch
export { planBatches } from './plan/plan-batches.ts';
export type { PlanBatchesOptions } from './plan/plan-batches.ts';
export { planInOrder } from './plan/plan-in-order.ts';
export type { PlanInOrderOptions } from './plan/plan-in-order.ts';
export { classWalks } from './plan/class-walks.ts';
export type { ClassWalks, ClassWalksOptions } from './plan/class-walks.ts';
export { replacementFor } from './plan/replacement-for.ts';

// Images: read, decode, views, batches
export { readImage } from './image/read-image.ts';
export type { ReadImageOptions } from './image/read-image.ts';
export { decodeImage, decodePixels } from './image/decode-image.ts';
export type {
  DecodeImageOptions,
  DecodeLimits,
  DecodePixelsOptions,
} from './image/decode-image.ts';
export { decodedCache, keepDecoded } from './image/decoded-cache.ts';
export type { DecodedCache } from './image/decoded-cache.ts';
export { onBadSample, skipBad } from './image/on-bad-sample.ts';
export type { StandIn } from './image/on-bad-sample.ts';
export { quarantine } from './image/quarantine.ts';
export type { Quarantine, QuarantineOptions } from './image/quarantine.ts';
export { normalisations, viewRecipe } from './image/view-recipe.ts';
export type { Normalisation, ViewRecipe, ViewRecipeName } from './image/view-recipe.ts';
export { shrinkTarget } from './image/shrink-target.ts';
export { makeViews } from './image/views.ts';
export type { ViewKey, ViewOptions } from './image/views.ts';
export { openViewMaker } from './image/view-maker.ts';
export type { InputRequest, ViewMaker, ViewMakerOptions, ViewRequest } from './image/view-maker.ts';
export { augmentViews } from './image/augment-views.ts';
export type { AugmentViewsOptions } from './image/augment-views.ts';
export { prepareInputs } from './image/prepare-inputs.ts';
export { makeInputs } from './image/make-inputs.ts';
export { inputShrinkTarget } from './image/preprocessing.ts';
export type { ImageResize, Preprocessing } from './image/preprocessing.ts';
export type { Interpolation } from './image/resample-taps.ts';
export { packBatch } from './image/pack-batch.ts';

// Losses
export { sincereLoss } from './loss/sincere-loss.ts';
export { supconLoss } from './loss/supcon-loss.ts';
export { epsSupInfoNceLoss } from './loss/eps-sup-infonce-loss.ts';
export type { EpsSupInfoNceLossOptions } from './loss/eps-sup-infonce-loss.ts';
export { infoNceLoss } from './loss/infonce-loss.ts';
export type { InfoNceLossOptions } from './loss/infonce-loss.ts';
export { dclLoss } from './loss/dcl-loss.ts';
export type { ContrastiveLossOptions, LabelsOrMask } from './loss/contrastive-loss.ts';
export type { LossRows } from './loss/tiled-loss.ts';

// Networks and their schedules
export { initialWeights } from './model/initial-weights.ts';
export { parameterNames, weightShapes } from './model/weight-shapes.ts';
export type { WeightShape } from './model/weight-shapes.ts';
export { embeddingSize } from './model/network-plan.ts';
export { learningRateAt } from './model/learning-rate.ts';
export type { LearningRateSchedule } from './model/learning-rate.ts';

// Engines: steps and encoders that run
export { openEngine } from './engine/open-engine.ts';
export type { EngineName } from './engine/open-engine.ts';
export { openOnnxEngine, exportEncoder } from './engine/onnx-engine.ts';
export type { OnnxEngineOptions } from './engine/onnx-engine.ts';
export { openCpuEngine } from './engine/cpu-engine.ts';
export type {
  EncodedRows,
  EncoderSession,
  Engine,
  ImageLayout,
  LossOptions,
  LossResult,
  LossSession,
  ModelOutput,
  ModelPorts,
  ModelSession,
  ModelSpec,
  Trainer,
  TrainerSpec,
} from './engine/engine.ts';
export { trainStep } from './engine/train-step.ts';
export type { TrainStepOptions } from './engine/train-step.ts';
export { encode } from './engine/encode.ts';
export type { EncodeOptions } from './engine/encode.ts';

// Evaluation
export { nearestNeighbours } from './metrics/nearest-neighbours.ts';
export type { NearestNeighboursOptions } from './metrics/nearest-neighbours.ts';
export { bootstrapInterval } from './metrics/bootstrap.ts';
export type { BootstrapInterval, BootstrapOptions } from './metrics/bootstrap.ts';
export { weightedVote } from './metrics/weighted-vote.ts';
export type { Voters } from './metrics/weighted-vote.ts';
export { evaluateNeighbours } from './metrics/evaluation.ts';
export type {
  EmbeddedSet,
  EmbeddingLayer,
  EvaluateNeighboursOptions,
  Evaluation,
  EvaluationRow,
  NeighbourRows,
} from './metrics/evaluation.ts';

// Theory: the generative model, its posterior, the bound, and all of it checked with known densities
export { gaussianPair, linePair } from './theory/gaussian-pair.ts';
export type { GaussianPair, GaussianPairOptions, Side } from './theory/gaussian-pair.ts';
export { drawIndices } from './theory/index-model.ts';
export type { IndexDraw, IndexModelSize } from './theory/index-model.ts';
export { indexPosterior } from './theory/index-posterior.ts';
export { bruteForcePosterior } from './theory/brute-force-posterior.ts';
export { idealLoss } from './theory/ideal-loss.ts';
export { lossBound, sharpLossBound } from './theory/loss-bounds.ts';
export { informationBound, sharpInformationBound } from './theory/information-bound.ts';
export { simplexLoss } from './theory/simplex.ts';
export type { SimplexLoss, SimplexSize } from './theory/simplex.ts';
export { checkTheory } from './theory/check-theory.ts';
export type { CheckTheoryOptions, TheoryProgress } from './theory/check-theory.ts';
export type { TheoryCheck, TheoryRelation, TheoryRow } from './theory/theory-row.ts';
