import { asOneClass } from '../datasets/as-one-class.ts';
import { openDataset } from '../datasets/open-dataset.ts';
import type { Trainer } from '../operators/engine/engine.ts';
import { openEngine } from '../operators/engine/open-engine.ts';
import type { RunScope } from '../operators/flow/run-scope.ts';
import { isByImage } from '../operators/loss/loss-labels.ts';
import { initialWeights } from '../operators/model/initial-weights.ts';
import { parameterNames } from '../operators/model/weight-shapes.ts';
import type { Dataset, EncoderSpec, TrainerState, Weights } from '../operators/types.ts';
import { openRunFolder, type RunFolder } from '../outputs/run-folder.ts';
import { lossSpec } from './loss-spec.ts';
import type { TrainOptions } from './options.ts';
import { mayChange, type RunConfig, runConfig } from './run-config.ts';
import type { RunListener } from './run-listener.ts';

/** What a training run stands on. All of it belongs to the scope. */
export interface Training {
  readonly data: Dataset;
  readonly config: RunConfig;
  readonly run: RunFolder;
  readonly trainer: Trainer;
  /** Steps that lie behind the state of the trainer: the `seq` of the next plan. */
  readonly startAt: number;
}

/** Opens data, engine, run folder and trainer, and puts the trainer where the run goes on. */
export async function openTraining(
  scope: RunScope,
  options: TrainOptions,
  listener: RunListener,
): Promise<Training> {
  const { split, limit, seed, threads, resume } = options;
  const found = await openDataset(options.data, {
    split: split ?? undefined,
    classes: options.classes ?? undefined,
    exceptClasses: options.exceptClasses ?? undefined,
    limit: limit ?? undefined,
    seed,
    signal: scope.signal,
  });
  // Batches balanced by class would tell an unlabelled loss what it is not to know.
  const data = isByImage(lossSpec(options)) ? asOneClass(found) : found;
  const engine = scope.use(await openEngine(options.engine, threads ?? undefined));
  const config = runConfig(options, data, engine.name, found.classes);
  const run = scope.use(
    await openRunFolder(options.out, {
      config: { ...config },
      resume,
      mayChange,
    }),
  );
  for (const note of run.notes) listener.note?.(note);
  const { encoder, loss, batchSize: images, views, imageSize, momentum, weightDecay } = config;
  const { batchNorm } = config;
  const microBatch = config.microBatch ?? undefined;
  const shape = { images, views, imageSize };
  const trainer = scope.use(
    await engine.createTrainer({
      encoder,
      loss,
      shape,
      momentum,
      weightDecay,
      batchNorm,
      microBatch,
    }),
  );
  const state = run.checkpoint ?? initialState(encoder, seed);
  await trainer.load(state);
  if (run.checkpoint === null) await run.saveCheckpoint(state);
  listener.planned?.({ total: config.steps, done: state.step, images });
  return { data, config, run, trainer, startAt: state.step };
}

function initialState(encoder: EncoderSpec, seed: number): TrainerState {
  const weights = initialWeights(encoder, seed);
  const momentum: Weights = new Map(
    parameterNames(encoder).map((name) => {
      const { shape, data } = weights.get(name)!;
      return [name, { shape, data: new Float32Array(data.length) }];
    }),
  );
  return { step: 0, weights, momentum };
}
