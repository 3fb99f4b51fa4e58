import { z } from 'zod';
import { openDataset } from '../../datasets/open-dataset.ts';
import { PipelineError } from '../../operators/errors.ts';
import { type ImageReading, statedReading } from '../../operators/image/image-reading.ts';
import { headNames } from '../../operators/model/weight-shapes.ts';
import { inferenceWeights } from '../../operators/step/inference-weights.ts';
import type { StemName } from '../../operators/model/stems.ts';
import type { EncoderName } from '../../operators/model/encoders.ts';
import { hashTensors } from '../../outputs/run/checkpoints.ts';
import { readRun, type SavedRun } from '../../outputs/run/read-run.ts';
import type { TransferOptions } from '../options/transfer-options.ts';
import { listOptions } from '../options/data-options.ts';
import type { Resolved } from '../options/verb.ts';
import { checkTransferData } from './check-transfer-data.ts';
import { refuseSameSplits } from './refuse-same-splits.ts';
import { type PretrainedStart, readEmbeddableConfig } from './run-config.ts';

/** Plan of a transfer: the classes it uses, and the encoder it goes on from. */
export interface TransferPlan {
  /** Classes of DATA to use; null for all that `excludeClasses` leaves. */
  readonly classes: readonly string[] | null;
  readonly excludeClasses: readonly string[] | null;
  readonly architecture: EncoderName;
  readonly stem: StemName;
  readonly width: number;
  readonly imageSize: number;
  /** Reading of the images that the run was trained on. */
  readonly reading: ImageReading;
  readonly start: PretrainedStart;
  readonly notes: readonly string[];
}

/**
 * Reads the run, and finds the classes that it has not seen where only those are wanted.
 *
 * @throws {UsageError} When `out` lies among the images, or both splits are the same images.
 * @throws {PipelineError} `ERR_FORMAT`, `ERR_DATASET`; `ERR_CONFIG` when the run does not say what it has seen, or
 * has seen every class.
 */
export async function planTransfer(
  options: Resolved<TransferOptions>,
  signal: AbortSignal,
): Promise<TransferPlan> {
  await checkTransferData(options, signal);
  await refuseSameSplits(options, signal);
  const run = await readRun(options.model, options.checkpoint ?? undefined);
  const embeddable = readEmbeddableConfig(run.config, options.model);
  const { encoder, imageSize, recipe } = embeddable;
  const weights = inferenceWeights(run.checkpoint);
  const head = headNames(encoder);
  const rate = options.learningRate;
  return {
    classes: options.disjoint ? await unseenClasses(options, run, signal) : options.classes,
    excludeClasses: options.excludeClasses,
    architecture: encoder.architecture,
    stem: encoder.stem ?? 'cifar',
    width: encoder.width ?? 1,
    imageSize,
    reading: statedReading(embeddable),
    start: {
      // The head is new, also where the run was a classifier of as many classes.
      weights: new Map([...weights].filter(([name]) => !head.has(name))),
      hash: hashTensors(weights),
      normalisation: recipe,
      headRate: (options.headLearningRate ?? defaultHeadRate * rate) / rate,
    },
    notes: run.notes,
  };
}

/** Default `headRate`: a new head is initialised at random, the layers below it are not. */
const defaultHeadRate = 10;

const seenClasses = z.array(z.string());

async function unseenClasses(
  options: Resolved<TransferOptions>,
  { config }: SavedRun,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { data, model, splitTrain: split } = options;
  const seen = seenClasses.safeParse(config['classes']);
  if (!seen.success) {
    throw new PipelineError(
      'ERR_CONFIG',
      `The run in \`${model}\` does not name the classes it has seen. Name them with \`excludeClasses\` instead of \`disjoint\`.`,
      { path: model, options: ['excludeClasses', 'disjoint'] },
    );
  }
  const { classes, name } = await openDataset(data, { split, ...listOptions(options), signal });
  // One disk may compose the accents of a name that another one does not.
  const known = new Set(seen.data.map((one) => one.normalize('NFC')));
  const unseen = classes.filter((one) => !known.has(one.normalize('NFC')));
  if (unseen.length > 0) return unseen;
  throw new PipelineError(
    'ERR_CONFIG',
    `The run in \`${model}\` has seen all ${classes.length} classes of \`${name}\`. Leave out \`disjoint\`, or give other images.`,
    { path: model, options: ['disjoint'] },
  );
}
