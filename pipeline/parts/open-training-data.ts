import { openDataset } from '../../datasets/open-dataset.ts';
import { holdOut } from '../../datasets/subsets/hold-out.ts';
import { limitPerClass } from '../../datasets/subsets/limit-per-class.ts';
import { PipelineError } from '../../operators/errors.ts';
import { counted } from '../../operators/message-words.ts';
import type { Dataset } from '../../operators/types.ts';
import { listOptions } from '../options/data-options.ts';
import type { TrainOptions } from '../options/train-options.ts';
import type { Resolved } from '../options/verb.ts';
import { checkOutside } from './check-outside.ts';
import { openImages, tellImages } from './open-data.ts';
import type { TellNote } from './run-event.ts';
import type { ValidationSets } from './validation-sets.ts';

/** Images of a run. */
export interface TrainingData {
  readonly training: Dataset;
  /** Null where the run is not validated. */
  readonly validation: ValidationSets | null;
}

/** Options that choose the images of a run. */
type ChosenImages = Resolved<
  Pick<
    TrainOptions,
    | 'data'
    | 'split'
    | 'classes'
    | 'excludeClasses'
    | 'minPerClass'
    | 'exclude'
    | 'holdOut'
    | 'heldOut'
    | 'limit'
    | 'columns'
    | 'imageRoot'
    | 'cacheDir'
    | 'cacheGb'
    | 'seed'
    | 'validate'
    | 'validateLimit'
  >
> & { readonly data: string; readonly out: string | null };

/**
 * Opens the images to train on, and those to validate on where `validate` asks for some: a share of each class that is
 * held out, or another split. What is validated is never among what is trained on.
 *
 * @throws {UsageError} When `out` lies among the images.
 * @throws {PipelineError} `ERR_DATASET`, also when both are the same images, or a validation has nothing to measure.
 */
export async function openTrainingData(
  options: ChosenImages,
  signal: AbortSignal,
  note: TellNote,
): Promise<TrainingData> {
  const { validate, limit, seed } = options;
  if (validate === null) {
    const training = await openImages(options, signal, note);
    tellImages(training, note);
    return { training, validation: null };
  }
  const isShare = typeof validate === 'number';
  const whole = { ...options, limit: null, ...(isShare ? { holdOut: null, heldOut: false } : {}) };
  const all = await openImages(whole, signal, note);
  const rest = isShare ? holdOut(all, { share: validate, seed }) : all;
  const training = limit === null ? rest : limitPerClass(rest, limit, seed);
  tellImages({ ...training, notes: toldNotes(training, isShare) }, note);
  const query = isShare
    ? holdOut(all, { share: validate, seed, heldOut: true })
    : await openSplit(options, validate, signal, note);
  const most = options.validateLimit;
  const sets = {
    support: limitPerClass(rest, Math.min(most, limit ?? most), seed),
    query: limitPerClass(query, most, seed),
  };
  checkSets(training, query, sets);
  note(
    `validating with ${counted(sets.query.count)} of ${counted(query.count, 'image')} ` +
      `${isShare ? 'that are held out' : `of \`${validate}\``}, against ${counted(sets.support.count)} of those trained on`,
    ['validate', 'validateLimit'],
    'data',
  );
  return { training, validation: sets };
}

/** What holding out says of its options, which are not those of `validate`, is said otherwise. */
function toldNotes({ notes = [] }: Dataset, isShare: boolean): Dataset['notes'] {
  return isShare ? notes.filter(({ options }) => options?.includes('holdOut') !== true) : notes;
}

async function openSplit(
  options: ChosenImages,
  split: string,
  signal: AbortSignal,
  note: TellNote,
): Promise<Dataset> {
  const { data, classes, excludeClasses, out } = options;
  if (out !== null) await checkOutside({ data, split, out });
  const opened = await openDataset(data, {
    split,
    ...listOptions(options),
    classes: classes ?? undefined,
    excludeClasses: excludeClasses ?? undefined,
    onNote: ({ text, options: named }) => note(text, named),
    signal,
  });
  for (const { text, options: named } of opened.notes ?? []) note(text, named);
  return opened;
}

function checkSets(training: Dataset, query: Dataset, sets: ValidationSets): void {
  if (query.hash === training.hash) {
    throw refused(training, 'the images to validate on are those to train on. Give another split');
  }
  const known = new Set(labelledClasses(sets.support));
  if (labelledClasses(sets.query).some((name) => known.has(name))) return;
  throw refused(
    training,
    'no image to validate on is of a class with images to train on, so that nothing could be measured. ' +
      'Give images with the same classes, or leave out',
  );
}

/** Names of classes that have images, composed one way. */
function labelledClasses(data: Dataset): string[] {
  const labels = new Set<number>();
  for (let position = 0; position < data.count; position += 1) {
    const { label } = data.sample(position);
    if (label !== null) labels.add(label);
  }
  return [...labels].map((label) => data.classes[label]!.normalize('NFC'));
}

function refused({ name }: Dataset, why: string): PipelineError {
  return new PipelineError(
    'ERR_DATASET',
    `\`${name}\` cannot be validated: ${why} as \`validate\`.`,
    {
      path: name,
      options: ['validate'],
    },
  );
}
