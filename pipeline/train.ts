import { exportEncoder } from '../operators/engine/onnx-engine.ts';
import { inferenceWeights } from '../operators/step/inference-weights.ts';
import { trainStep } from '../operators/stages/train-step.ts';
import { validate } from '../operators/stages/validate.ts';
import { beforeComplete } from '../operators/flow/before-complete.ts';
import { withDemand } from '../operators/flow/with-demand.ts';
import { packBatch } from '../operators/stages/pack-batch.ts';
import { quarantine } from '../operators/stages/quarantine.ts';
import { statedReading } from '../operators/image/image-reading.ts';
import { openImageWorkers } from '../operators/loading/image-workers.ts';
import { loadViews } from '../operators/stages/load-views.ts';
import { type DrawnClass, drawnByClass } from '../operators/batches/drawn-by-class.ts';
import { planBatches } from '../operators/batches/plan-batches.ts';
import { replacementFor } from '../operators/batches/replacement-for.ts';
import { encoderSidecar } from '../outputs/model/model-sidecar.ts';
import { saveCheckpoints } from '../outputs/run/save-checkpoints.ts';
import { writeSamples } from '../outputs/run/write-samples.ts';
import { mirrorMetrics } from '../outputs/run/mirror-metrics.ts';
import { writeMetrics } from '../outputs/run/write-metrics.ts';
import { batchShape } from './parts/batch-shape.ts';
import { endOfTraining } from './parts/end-of-training.ts';
import { listBadOnFailure } from './parts/list-bad-on-failure.ts';
import { openMirrors } from './parts/open-mirrors.ts';
import { openTraining } from './parts/open-training.ts';
import { type TrainOptions, trainVerb } from './options/train-options.ts';
import { type PretrainedStart, viewsOf } from './parts/run-config.ts';
import { plannedRate } from './parts/planned-rate.ts';
import { tellTraffic } from './parts/tell-traffic.ts';
import { type Run, startRun } from './parts/start-run.ts';
import { reportOfRun } from './parts/report-of-run.ts';
import { recordedSamples } from './parts/recorded-samples.ts';
import { trainingValidation } from './parts/training-validation.ts';
import { trainingSource } from './parts/training-source.ts';
import { timeLimit } from './parts/time-limit.ts';
import { trainingAlarms } from './parts/training-alarms.ts';
import { validatedTwice } from './parts/validated-twice.ts';
import { tellSteps, type TrainedStep, type TrainResult } from './parts/tell-steps.ts';

/**
 * Trains an encoder: images → balanced batches → views → steps → checkpoints and metrics.
 *
 * Tells a `progress` for each step, when its rows and its checkpoint, if one is due, are on the disk; its `step` holds
 * the read-outs, those of a classifier with the loss `cross-entropy`.
 *
 * @param start An encoder to go on from, instead of `init`. @default random weights
 * @throws {UsageError} When the options cannot be run with.
 * @throws {PipelineError} `ERR_DATASET`, `ERR_CONFIG`, `ERR_TOO_MANY_BAD`, `ERR_NOT_FINITE`, `ERR_ENGINE`, `ERR_WRITE` …
 * @example
 * ```ts
 * const data = { data: 'photos', split: 'train' };
 * const { steps, readouts } = await train({ ...data, out: 'runs/a', epochs: 20 });
 * ```
 */
export function train(given: TrainOptions, start?: PretrainedStart): Run<TrainResult, TrainedStep> {
  return startRun(trainVerb, given, async (options, scope, note) => {
    const training = await openTraining(scope, options, note, start);
    const { data, walks, config, run, trainer, startAt } = training;
    const { signal, draining } = scope;
    const { out } = options;
    const { recipe, imageSize, seed, steps } = config;
    const workers = scope.use(await openImageWorkers());
    for (const text of workers.notes) note(text);
    const bad = quarantine({
      count: data.count,
      maxInvalid: options.maxInvalid,
      known: run.bad,
      knownRepaired: run.repaired,
      retry: options.retryBad,
      triedBefore: Math.min(data.count, startAt * config.batchSize),
    });
    const reading = statedReading(config);
    const mirrors = await openMirrors(scope, run, options);
    const validation = trainingValidation(training, options, { workers, mirrors, note });
    const { cacheMb } = validation;
    const source = trainingSource(data, { ...options, cacheMb }, { recipe, imageSize, reading });
    const twice = await validatedTwice(training, options, { signal, note });
    const every = options.checkpointEvery ?? Math.ceil(data.count / config.batchSize);
    const isSaved = (done: number): boolean =>
      [every, options.keepEvery].some((one) => one !== null && done % one === 0) ||
      validation.due(done) ||
      done === steps;
    const learningRate = plannedRate(config, run.extended);
    const recorded = recordedSamples(config, data, run.extended);
    const alarms = await trainingAlarms(training, options.onAlarm, note);
    const { endBefore, ended, cause } = endOfTraining([
      alarms.end,
      ...validation.ends,
      timeLimit(options.timeLimit),
    ]);

    const drawn = (step: number): readonly DrawnClass[] =>
      drawnByClass(walks, step, new Set(bad.list().map(({ id }) => id)));

    const plans = planBatches(data, { ...batchShape(config), steps, startAt });
    return withDemand(plans, { window: options.prefetch, signal, draining, ended }, (plan$) =>
      plan$
        .pipe(
          // Read, decode and augment, in the threads of `workers`.
          loadViews(workers, {
            source: { ...source, identify: twice.identify },
            augmentation: { recipe, views: viewsOf(config), imageSize, seed },
            bad: {
              quarantine: bad,
              replacement: (sample, attempt) => replacementFor(walks, sample, attempt + 1),
            },
          }),
          twice.watch,
          packBatch(trainer.shape),
          trainStep(trainer, {
            learningRate,
            endBefore,
            recycle: (pixels) => workers.recycle(pixels),
            snapshotAfter: (step) => isSaved(step + 1),
            samplesOf: recorded.isRecorded,
          }),
          alarms.watch,
        )
        .pipe(
          // A checkpoint needs the rows of its steps on the disk before it.
          writeMetrics(run),
          writeSamples(run, recorded),
          mirrorMetrics(mirrors),
          // Beside the steps behind it; a checkpoint needs the validations before it on the disk as well.
          validate(validation.validator, validation),
          saveCheckpoints(run, { snapshot: () => trainer.snapshot(), quarantine: bad }),
          beforeComplete(async () => {
            tellTraffic(data, note);
            const state = await trainer.snapshot();
            await run.saveDrawn(drawn(state.step), state.step);
            // Nothing is left to compute, and recording the encoder takes a thread of its own.
            await trainer.close();
            const model = await exportEncoder(config.encoder, inferenceWeights(state), imageSize);
            await run.saveEncoder(model, encoderSidecar(imageSize, recipe, reading));
          }),
        ),
    ).pipe(
      listBadOnFailure(bad, (rows) => run.saveQuarantine(rows)),
      tellSteps({
        out,
        startAt,
        total: steps,
        batchSize: config.batchSize,
        quarantine: bad,
        drawn,
        validation: run.validation,
        ended: cause,
        alarms: alarms.raised,
      }),
      reportOfRun({ out, wanted: options.report, signal, note }),
    );
  });
}
