import { asOneClass } from '../../datasets/subsets/as-one-class.ts';
import { type ClassWalks, classWalks } from '../../operators/batches/class-walks.ts';
import type { Engine, Trainer } from '../../operators/engine/interface/engine.ts';
import type { RunScope } from '../../operators/flow/run-scope.ts';
import { isByImage } from '../../operators/loss/loss-spec.ts';
import { initialWeights } from '../../operators/model/initial-weights.ts';
import { initialState } from '../../operators/step/initial-state.ts';
import type { Dataset, TrainerState, Weights } from '../../operators/types.ts';
import type { ClassifierReadouts, StepReadouts } from '../../operators/step/step-readouts.ts';
import { openRunFolder, type RunFolder } from '../../outputs/run/run-folder.ts';
import { metricsColumns } from '../../outputs/run/metrics-columns.ts';
import { allViews } from '../options/all-views.ts';
import { trainingLoss } from '../options/loss-spec.ts';
import { keptOptions } from '../options/kept-options.ts';
import { UsageError } from '../options/usage-error.ts';
import type { TrainOptions } from '../options/train-options.ts';
import type { Resolved } from '../options/verb.ts';
import { batchShape } from './batch-shape.ts';
import { checkPositives } from './check-positives.ts';
import { openPretrained } from './open-pretrained.ts';
import { openTrainingData } from './open-training-data.ts';
import { checkPreparedReading, tellPreparedSize } from './check-prepared.ts';
import { shrinkTarget } from '../../operators/image/shrink-target.ts';
import { openRunEngine } from './open-run-engine.ts';
import { type OpenValidation, openValidation } from './open-validation.ts';
import { validationConfig } from './validation-config.ts';
import type { ValidatedWork } from './validation-schedule.ts';
import { extensionNote, plannedRate } from './planned-rate.ts';
import { resumedEngine } from './resumed-engine.ts';
import {
  encoderSpec,
  mayChange,
  optionsOf,
  type PretrainedStart,
  type RunConfig,
  runConfig,
  stepsOf,
  viewsOf,
} from './run-config.ts';
import { trainingOpening } from './opening-notes.ts';
import type { TellNote } from './run-event.ts';
import { tellDecoder } from './tell-decoder.ts';
import { tellShares } from './tell-shares.ts';
import { trainingImages } from './training-images.ts';
import { counted } from '../../operators/message-words.ts';

/** Resources of a training run. All of them belong to the scope. */
export interface Training {
  readonly data: Dataset;
  /** Samplers of its classes, set up as its batches are planned. */
  readonly walks: ClassWalks;
  readonly engine: Engine;
  readonly config: RunConfig;
  readonly run: RunFolder;
  readonly trainer: Trainer<StepReadouts | ClassifierReadouts>;
  /** Steps that lie behind the state of the trainer: the `seq` of the next plan. */
  readonly startAt: number;
  /** Null where the run is not validated. */
  readonly validation: OpenValidation | null;
}

/** Opens data, engine, run folder and trainer, and puts the trainer where the run goes on. */
export async function openTraining(
  scope: RunScope,
  options: Resolved<TrainOptions>,
  note: TellNote,
  given?: PretrainedStart,
): Promise<Training> {
  const { resume } = options;
  const opening = await openTrainingData(options, scope.signal, note);
  const { training: found, validation: sets } = opening;
  await tellDecoder(options.decoder, note);
  for (const images of [found, ...(sets === null ? [] : [sets.query])]) {
    checkPreparedReading(images, options);
  }
  // Batches balanced by class would tell an unlabelled loss what it is not to know.
  const data = isByImage(trainingLoss(options)) ? asOneClass(found) : found;
  // Before an engine is started or anything is written.
  const walks = trainingWalks(options, data);
  if (options.init !== null && given !== undefined) {
    throw new TypeError('Expected `start` to be absent when `init` is given');
  }
  const opened =
    options.init === null
      ? undefined
      : await openPretrained(
          options.init,
          encoderSpec(options, data),
          options.initCheckpoint ?? undefined,
        );
  const start = opened?.start ?? given;
  const engine = await openRunEngine(scope, await resumedEngine(options, note), note);
  const config = {
    ...runConfig(options, data, engine, found.classes, start),
    ...(sets === null
      ? {}
      : { validation: validationConfig(options, sets, workOf(options, data)) }),
  };
  tellPreparedSize(found, shrinkTarget(config.recipe, config.imageSize), note);
  checkPositives(walks, config, note);
  tellShares(walks, { maxOversampling: options.maxOversampling ?? undefined }, note);
  if (options.scaleRate) note(scalingNote(config), ['scaleRate']);
  const run = scope.use(
    await openRunFolder(options.out, {
      config: { ...config },
      metrics: metricsColumns(config.loss.name),
      samples: config.samples,
      best: config.validation?.best,
      images: trainingImages(data, config, scope.signal),
      resume,
      keep: { newest: options.keep, every: options.keepEvery ?? undefined },
      mayChange,
      mayGrow: 'steps',
      optionsOf,
      options: keptOptions({ ...options }),
      // Its driver is worth a note when the run goes on, and no reason to refuse it.
      versions: config.device === undefined ? undefined : { device: engine.device },
    }),
  );
  if (config.accumulate !== undefined) note(accumulationNote(config), ['accumulate']);
  const startNotes = run.checkpoint === null ? (opened?.notes ?? []) : [];
  for (const text of [...run.notes, ...startNotes]) note(text, ['data', 'split']);
  if (run.extension !== undefined) {
    note(extensionNote(run.extension, plannedRate(config, run.extended)));
  }
  if (options.retryBad) note(retryNote(run));
  const trainer = scope.use(await openTrainer(engine, config, options.ignoreMemory));
  const state = run.checkpoint ?? startingState(config, start);
  if (run.checkpoint === null) await run.saveCheckpoint(state);
  const validation = openValidation(sets, config, run, state);
  // Weights that the caller has given stay the caller's, and those to be validated are read once more.
  const isOurs = state === run.checkpoint || given === undefined;
  await trainer.load(state, { handOver: isOurs && validation?.missing === undefined });
  const isDone = state.step > 0 && state.step >= config.steps;
  if (!isDone) note(trainingOpening(config, engine, state.step), [], 'work');
  return { data, walks, engine, config, run, trainer, startAt: state.step, validation };
}

/**
 * Samplers of the classes, with what the options ask of the images checked.
 *
 * @throws {UsageError} When the warm-up is longer than the run.
 * @throws {RangeError} When so many classes do not fit into a batch.
 * @throws {PipelineError} `ERR_DATASET` when the images have no classes, or too few, for this loss.
 */
function trainingWalks(options: Resolved<TrainOptions>, data: Dataset): ClassWalks {
  const { warmupSteps } = options;
  const steps = stepsOf(options, data);
  if (warmupSteps > steps && steps > 0) {
    throw new UsageError(
      `Expected \`warmupSteps\` to be at most the steps of the run, ${steps}, got \`${warmupSteps}\``,
      { options: ['warmupSteps'] },
    );
  }
  return classWalks(data, batchShape({ ...options, loss: trainingLoss(options) }));
}

/** Meaning of `accumulate` for a run. */
function accumulationNote({ accumulate = 1, steps }: RunConfig): string {
  return (
    `an update every ${accumulate} batches, ${counted(steps / accumulate)} in ${counted(steps, 'step')}: it follows the mean of ` +
    'their gradients, and each batch has a loss of its own'
  );
}

/** Rate that linear scaling with the batch came to. */
function scalingNote({ learningRate, batchSize, accumulate = 1 }: RunConfig): string {
  const peak = Number(learningRate.toPrecision(6));
  const images = counted(batchSize * accumulate, 'image');
  return `the peak learning rate is ${peak}, scaled to updates of ${images} from those of 256`;
}

/** Work of a step, and steps of an epoch. */
function workOf(
  options: Resolved<TrainOptions>,
  { count }: Pick<Dataset, 'count'>,
): Omit<ValidatedWork, 'validated'> {
  const { batchSize } = options;
  return { stepsPerEpoch: Math.ceil(count / batchSize), batchSize, views: allViews(options) };
}

/** Meaning of `retryBad` for a run: plans stay as they are, so that an image that can be used again takes its own places. */
function retryNote({ bad, checkpoint }: RunFolder): string {
  if (bad.length === 0) return 'no image of this run was bad: none is tried again';
  return (
    `${counted(bad.length, 'image that could not be used is', 'images that could not be used are')} tried again ` +
    `in the batches from step ${counted(checkpoint?.step ?? 0)} on; those that can be used take their own places in the batches again`
  );
}

async function openTrainer(
  engine: Engine,
  config: RunConfig,
  ignoreMemory: boolean,
): Promise<Trainer<StepReadouts | ClassifierReadouts>> {
  const { encoder, loss, batchSize: images, imageSize } = config;
  const { optimizer, momentum, weightDecay, clipNorm, batchNorm, headRate, layerDecay } = config;
  const microBatch = config.microBatch ?? undefined;
  const shape = { images, views: viewsOf(config), imageSize };
  const step = {
    encoder,
    shape,
    optimizer,
    momentum,
    weightDecay,
    clipNorm,
    batchNorm,
    frozen: config.freeze,
    microBatch,
    headRate,
    layerDecay,
    averageDecay: config.ema,
    accumulate: config.accumulate,
    samples: config.samples,
    memory: ignoreMemory ? 'unchecked' : 'checked',
  } as const;
  return loss.name === 'cross-entropy'
    ? await engine.createClassifier({ ...step, loss })
    : await engine.createTrainer({ ...step, loss });
}

function startingState(config: RunConfig, start: PretrainedStart | undefined): TrainerState {
  const { encoder, seed, optimizer, ema, freeze, accumulate } = config;
  const weights: Weights = new Map(
    [...initialWeights(encoder, seed)].map(([name, fresh]) => [
      name,
      start?.weights.get(name) ?? fresh,
    ]),
  );
  return initialState(
    { encoder, optimizer, frozen: freeze, averageDecay: ema, accumulate },
    weights,
  );
}
