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
export { readImage } from './stages/read-image.ts';
export type { ReadImageOptions } from './stages/read-image.ts';
export { decodeImage } from './stages/decode-image.ts';
export { decodePixels } from './image/decode-pixels.ts';
export type { DecodeImageOptions } from './stages/decode-image.ts';
export type { DecodeLimits, DecodePixelsOptions } from './image/decode-pixels.ts';
export { decodedCache } from './image/decoded-cache.ts';
export { keepDecoded } from './stages/keep-decoded.ts';
export type { DecodedCache } from './image/decoded-cache.ts';
export { onBadSample, skipBad } from './stages/on-bad-sample.ts';
export type { Replacement } from './stages/on-bad-sample.ts';
export { quarantine } from './stages/quarantine.ts';
export type { Quarantine, QuarantineOptions } from './stages/quarantine.ts';
export { normalisations, viewRecipe } from './image/view-recipe.ts';
export type { Normalisation, ViewRecipe, ViewRecipeName } from './image/view-recipe.ts';
export { shrinkTarget } from './image/shrink-target.ts';
export { makeViews } from './image/views.ts';
export type { ViewKey, ViewOptions } from './image/views.ts';
export { openViewMaker } from './image/view-maker.ts';
export type { ViewMakerOptions } from './image/view-maker.ts';
export type { InputRequest, ViewMaker, ViewRequest } from './image/view-request.ts';
export { augmentViews } from './stages/augment-views.ts';
export type { AugmentViewsOptions } from './stages/augment-views.ts';
export { prepareInputs } from './stages/prepare-inputs.ts';
export { makeInputs } from './image/make-inputs.ts';
export { inputShrinkTarget } from './image/preprocessing.ts';
export type { ImageResize, Preprocessing } from './image/preprocessing.ts';
export type { Interpolation } from './image/resample-taps.ts';
export { packBatch } from './stages/pack-batch.ts';

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
export type { LossName } from './loss/losses.ts';
export type { CrossEntropySpec, LossSpec } from './loss/loss-spec.ts';
export type { CrossEntropyReadouts, LossReadouts } from './loss/readouts.ts';

// Networks and their schedules
export { initialWeights } from './model/initial-weights.ts';
export { parameterNames, weightShapes } from './model/weight-shapes.ts';
export type { WeightShape } from './model/weight-shapes.ts';
export { embeddingSize } from './model/network-plan.ts';
export type { EncoderName } from './model/encoders.ts';
export type { EncoderSpec } from './model/encoder-spec.ts';
export type { StemName } from './model/stems.ts';
export type { FrozenPart } from './model/frozen-part.ts';
export { learningRateAt } from './model/learning-rate.ts';
export type { LearningRateSchedule } from './model/learning-rate.ts';

// Engines: steps and encoders that run
export { openEngine } from './engine/open-engine.ts';
export type { EngineName, OpenEngineOptions } from './engine/open-engine.ts';
export { engineCandidates } from './engine/engine-candidates.ts';
export type { Assessment, CandidateOptions, EngineCandidate } from './engine/engine-candidates.ts';
export { openTensorflowEngine } from './engine/tensorflow-engine.ts';
export type { TensorflowEngineOptions } from './engine/tensorflow-engine.ts';
export { probeTensorflow } from './engine/tensorflow/probe-tensorflow.ts';
export type {
  FoundTensorflow,
  ProbeTensorflowOptions,
} from './engine/tensorflow/probe-tensorflow.ts';
export { TensorflowFailure } from './engine/tensorflow/tensorflow-failure.ts';
export type { TensorflowFailureKind } from './engine/tensorflow/tensorflow-failure.ts';
export type { LoadedTensorflow } from './engine/tensorflow/load-tensorflow.ts';
export { openOnnxEngine, exportEncoder } from './engine/onnx-engine.ts';
export type { OnnxEngineOptions } from './engine/onnx-engine.ts';
export { openCpuEngine } from './engine/cpu-engine.ts';
export type {
  EncodedRows,
  EncoderSession,
  Engine,
  ImageLayout,
  LossRequest,
  LossResult,
  RejectedCandidate,
  LossSession,
  ModelOutput,
  ModelPorts,
  ModelSession,
  ModelSpec,
  Trainer,
} from './engine/seam/engine.ts';
export type { ClassifierSpec, StepSpec, TrainerSpec } from './step/step-spec.ts';
export type { ClassifierReadouts, GradientReadouts, StepReadouts } from './step/step-readouts.ts';
export type { StepResult } from './step/step-result.ts';
export type { OptimizerName } from './step/optimizer/optimizers.ts';
export { trainStep } from './stages/train-step.ts';
export type { TrainStepOptions } from './stages/train-step.ts';
export { encode } from './stages/encode.ts';
export type { EncodeOptions } from './stages/encode.ts';

// Evaluation
export type { VectorBlock, VectorSet } from './evaluation/vectors/vector-set.ts';
export { vectorsInMemory } from './evaluation/vectors/vectors-in-memory.ts';
export type { VectorsInMemory } from './evaluation/vectors/vectors-in-memory.ts';
export { unitVectors } from './evaluation/vectors/unit-vectors.ts';
export type { EmbeddingLayer } from './evaluation/vectors/unit-vectors.ts';
export { joinedClasses, withClasses } from './evaluation/vectors/with-classes.ts';
export { selectedVectors, vectorsWithClass } from './evaluation/vectors/selected-vectors.ts';
export type { SelectedVectors } from './evaluation/vectors/selected-vectors.ts';
export { nearestNeighbours, neighbourGroups } from './evaluation/neighbours/nearest-neighbours.ts';
export type {
  NearestNeighboursOptions,
  NeighbourGroup,
} from './evaluation/neighbours/nearest-neighbours.ts';
export type { Matches, Neighbours } from './evaluation/neighbours/matches.ts';
export type { ComparisonOptions } from './evaluation/neighbours/comparison-options.ts';
export { rankingScores } from './evaluation/neighbours/ranking-scores.ts';
export type {
  RankingScores,
  RankingScoresOptions,
} from './evaluation/neighbours/ranking-scores.ts';
export { bootstrapInterval, bootstrapIntervals } from './evaluation/intervals/bootstrap.ts';
export type {
  BootstrapInterval,
  BootstrapOptions,
  ResampleStatistic,
} from './evaluation/intervals/bootstrap.ts';
export { topAccuracyInterval } from './evaluation/intervals/top-accuracy-interval.ts';
export { meanInterval } from './evaluation/intervals/mean-interval.ts';
export type { MeanInterval } from './evaluation/intervals/mean-interval.ts';
export { weightedVote } from './evaluation/neighbours/weighted-vote.ts';
export type { Voters } from './evaluation/neighbours/weighted-vote.ts';
export { evaluateVectors } from './evaluation/evaluation.ts';
export type { Evaluation } from './evaluation/evaluation.ts';
export type {
  EvaluateVectorsOptions,
  EvaluationProbes,
  EvaluationProgress,
  EvaluationSets,
} from './evaluation/evaluation-options.ts';
export type { EvaluationRow } from './evaluation/scores/evaluation-rows.ts';
export type { ImageScores } from './evaluation/scores/image-scores.ts';
export type { NeighbourRows, NeighbourTable } from './evaluation/scores/neighbour-table.ts';
export type { EvaluatedProbe, ProbeSpec } from './evaluation/scores/evaluated-probe.ts';
export { compareScores } from './evaluation/comparison/compare-scores.ts';
export type { ComparedModel, ComparisonRow } from './evaluation/comparison/compare-scores.ts';

// Linear probes
export { trainProbe } from './evaluation/probe/train-probe.ts';
export type { TrainProbeOptions } from './evaluation/probe/train-probe.ts';
export { trainSgdProbe } from './evaluation/probe/sgd-probe.ts';
export type { SgdProbe, SgdProbeOptions } from './evaluation/probe/sgd-probe.ts';
export { trainL2Probe } from './evaluation/probe/l2-probe.ts';
export type { L2Probe, L2ProbeOptions } from './evaluation/probe/l2-probe.ts';
export type { LinearProbe, ProbeOptions, ProbeProgress } from './evaluation/probe/linear-probe.ts';
export { selectStrength } from './evaluation/probe/select-strength.ts';
export type {
  SelectStrengthOptions,
  StrengthChoice,
  StrengthTrial,
} from './evaluation/probe/select-strength.ts';
export { probeScores, topAccuracy } from './evaluation/probe/probe-scores.ts';
export type { ProbeScores, ProbeScoresOptions } from './evaluation/probe/probe-scores.ts';

// Clusters against classes
export { kMeans } from './evaluation/clustering/k-means.ts';
export type { KMeans, KMeansOptions } from './evaluation/clustering/k-means.ts';
export {
  adjustedMutualInformation,
  normalisedMutualInformation,
} from './evaluation/clustering/mutual-information.ts';

// Curves and histograms of scores
export { rankedScores } from './evaluation/curves/ranked-scores.ts';
export type { RankedScores, ScoreCounts } from './evaluation/curves/ranked-scores.ts';
export { areaUnderRoc, rocCurve } from './evaluation/curves/roc-curve.ts';
export type { RocCurve } from './evaluation/curves/roc-curve.ts';
export {
  averagePrecision,
  precisionRecallCurve,
} from './evaluation/curves/precision-recall-curve.ts';
export type { PrecisionRecallCurve } from './evaluation/curves/precision-recall-curve.ts';
export { histogram } from './evaluation/curves/histogram.ts';
export type { Histogram, HistogramOptions } from './evaluation/curves/histogram.ts';

// Theory: the generative model, its posterior, the bound, and all of it checked with known densities
export { gaussianPair, linePair } from './theory/gaussian-pair.ts';
export type { GaussianPair, GaussianPairOptions, Side } from './theory/gaussian-pair.ts';
export { drawIndices } from './theory/index-model.ts';
export type { IndexDraw, IndexModelSize } from './theory/index-model.ts';
export { indexPosterior } from './theory/index-posterior.ts';
export { bruteForcePosterior } from './theory/brute-force-posterior.ts';
export { idealLoss } from './theory/ideal-loss.ts';
export { lossBound, sharpLossBound } from './theory/loss-bounds.ts';
export { informationBound, sharpInformationBound } from './loss/information-bound.ts';
export { simplexLoss } from './theory/simplex.ts';
export type { SimplexLoss, SimplexSize } from './theory/simplex.ts';
export { checkTheory } from './theory/check-theory.ts';
export type { CheckTheoryOptions, TheoryProgress } from './theory/check-theory.ts';
export type { TheoryCheck, TheoryRelation, TheoryRow } from './theory/theory-row.ts';
