import type { ImageWorkers } from '../../operators/loading/image-workers.ts';
import type { ValidateOptions, Validator } from '../../operators/stages/validate.ts';
import type { RowMirror } from '../../outputs/run/row-mirror.ts';
import type { TrainOptions } from '../options/train-options.ts';
import type { Resolved } from '../options/verb.ts';
import type { EndCondition } from './end-of-training.ts';
import type { Training } from './open-training.ts';
import { openValidator } from './open-validator.ts';
import { patienceCondition } from './patience.ts';
import type { TellNote } from './run-event.ts';

/** Validation of a run, as its stages take it. */
export interface TrainingValidation extends ValidateOptions {
  readonly validator: Validator;
  /** What of it may end the run. */
  readonly ends: readonly EndCondition[];
  /** Megabytes of decoded images that are left for those to train on. */
  readonly cacheMb: number;
}

/** What a validation works with, and whom it tells. */
export interface ValidationMeans {
  /** Borrowed. */
  readonly workers: ImageWorkers;
  /** Copies of the rows for other tools. Borrowed. */
  readonly mirrors: readonly RowMirror[];
  readonly note: TellNote;
}

/** Share of the images kept in memory that are those of each side of a validation. */
const cacheShare = 1 / 8;

/** The validation of a run; one that is never due where it has none. */
export function trainingValidation(
  { config, trainer, data, validation }: Training,
  options: Resolved<TrainOptions>,
  { workers, mirrors, note }: ValidationMeans,
): TrainingValidation {
  const { patience, minDelta, cacheMb } = options;
  if (validation === null) {
    return { validator: { validate: async () => {} }, due: () => false, ends: [], cacheMb };
  }
  const { sets, rows, schedule, missing } = validation;
  const stepsPerEpoch = Math.ceil(data.count / config.batchSize);
  const validator = openValidator(sets, {
    engine: trainer.beside,
    workers,
    config,
    reading: options,
    cacheBytes: cacheMb * 1e6 * cacheShare,
    epochOf: (steps) => Math.floor((steps - 1) / stepsPerEpoch),
    keep: async (row) => {
      await rows.append(row);
      await Promise.all(mirrors.map((mirror) => mirror.append('validation', row)));
    },
    note,
  });
  const ends =
    patience === null
      ? []
      : [patienceCondition({ patience, minDelta, schedule, validation: rows })];
  return {
    validator,
    due: schedule.due,
    first: missing,
    ends,
    cacheMb: cacheMb * (1 - 2 * cacheShare),
  };
}
