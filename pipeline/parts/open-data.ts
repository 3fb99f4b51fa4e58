import { openDataset } from '../../datasets/open-dataset.ts';
import { schemeOf } from '../../operators/location-scheme.ts';
import { shownLocation } from '../../operators/shown-location.ts';
import type { Dataset } from '../../operators/types.ts';
import { type DataOptions, listOptions } from '../options/data-options.ts';
import type { SeedOption } from '../options/seed-option.ts';
import { UsageError } from '../options/usage-error.ts';
import type { Resolved } from '../options/verb.ts';
import { checkOutside, folderOption, type OutOption } from './check-outside.ts';
import { foundImages } from './opening-notes.ts';
import { counted } from '../../operators/message-words.ts';
import { listedIds } from './listed-ids.ts';
import type { TellNote } from './run-event.ts';

/** Images as the options of a verb choose them, and where its results go. */
type ImagesToOpen = Resolved<DataOptions & SeedOption> & {
  readonly data: string;
  readonly out: string | null;
};

/**
 * Opens the images that the options of a verb choose, and tells what was found.
 *
 * @param options With `out: null` where nothing is written.
 * @param called What the verb calls its options for images and results. @default `folderOption`
 * @throws {UsageError} When `out` lies among them.
 * @throws {PipelineError} `ERR_DATASET`.
 */
export async function openData(
  options: ImagesToOpen,
  signal: AbortSignal,
  note: TellNote,
  called: OutOption = folderOption,
): Promise<Dataset> {
  const dataset = await openImages(options, signal, note, called);
  tellImages(dataset, note);
  return dataset;
}

/** Opens the images and tells nothing of what was found; same errors as `openData`. */
export async function openImages(
  options: ImagesToOpen,
  signal: AbortSignal,
  note: TellNote,
  called: OutOption = folderOption,
): Promise<Dataset> {
  const { data, split, classes, excludeClasses, limit, seed, out } = options;
  const { minPerClass, holdOut, heldOut, exclude } = options;
  if (out !== null) await checkOutside({ data, split, out }, called);
  const excluded = exclude === null ? undefined : await listedIds(exclude, signal, note);
  return await openDataset(data, {
    split: split ?? undefined,
    ...listOptions(options),
    classes: classes ?? undefined,
    excludeClasses: excludeClasses ?? undefined,
    exclude: excluded,
    minPerClass: minPerClass ?? undefined,
    holdOut: holdOut ?? undefined,
    heldOut,
    limit: limit ?? undefined,
    seed,
    onNote: ({ text, options: named }) => note(text, named),
    signal,
  }).catch((error: unknown) => {
    throw isSetting(error, data) ? settingMistake(error, data, called.data) : error;
  });
}

/** Tells what was found. */
export function tellImages(dataset: Dataset, note: TellNote): void {
  note(foundImages(dataset), [], 'data');
  for (const { text, options: named } of dataset.notes ?? []) note(text, named);
  tellSeveralClasses(dataset, note);
}

/** Tests whether a setting in the location itself is out of its range, such as the size of images that are drawn. */
function isSetting(error: unknown, data: string): error is RangeError {
  return error instanceof RangeError && schemeOf(data) !== null;
}

function settingMistake(error: RangeError, data: string, option: string): UsageError {
  return new UsageError(`${error.message}, in \`${option}\`: \`${shownLocation(data)}\``, {
    options: [option],
    cause: error,
  });
}

/** Tells what becomes of the further classes of images. */
function tellSeveralClasses(dataset: Dataset, note: TellNote): void {
  let several = 0;
  for (let position = 0; position < dataset.count; position += 1) {
    if (dataset.sample(position).labels !== undefined) several += 1;
  }
  if (several === 0) return;
  const images = counted(several, 'image has', 'images have');
  note(
    `${images} several classes: batches, losses and scores go by the first of each; exports and prepared images keep all`,
  );
}
