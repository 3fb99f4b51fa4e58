import { openDataset } from '../../datasets/open-dataset.ts';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import type { ImageReading } from '../../operators/image/image-reading.ts';
import { schemeOf } from '../../operators/location-scheme.ts';
import type { Dataset, DatasetNote } from '../../operators/types.ts';
import type { ImagesOfIds } from '../../outputs/thumbnails/images-of-ids.ts';
import { imagesOfDataset } from './images-of-ids.ts';
import type { TellNote } from './run-event.ts';

/** Where images of a result are looked for. */
export interface WhereImagesAre {
  /** Location that the user gave; null for none. */
  readonly given: string | null;
  /** `Dataset.name` as results have it, the first that can be opened; none where they have none. */
  readonly stored: readonly string[];
  /** As the result says that they were read. @default all applied, on white */
  readonly reading?: ImageReading | undefined;
}

/** Who stops the opening of images, and is told. */
export interface OpeningImages {
  readonly signal: AbortSignal;
  readonly note: TellNote;
}

/**
 * Opens the images that a result was made of: those that the user named, else those at the place that the result names.
 *
 * A place in a result is that of whoever made it, so that it may be gone: this is told, and there are no images then. A
 * remote one is not asked unless the user names it.
 *
 * @returns Undefined when there are none.
 * @throws {PipelineError} `ERR_DATASET` when images that the user named cannot be opened.
 */
export async function openImagesOf(
  { given, stored, reading }: WhereImagesAre,
  opening: OpeningImages,
): Promise<ImagesOfIds | undefined> {
  if (given !== null) return imagesOfDataset(await openNamed(given, opening), reading);
  let why = 'the vectors do not say where their images are';
  for (const name of stored) {
    const found = await openStored(name, opening);
    if (typeof found !== 'string') return imagesOfDataset(found, reading);
    why = found;
  }
  opening.note(`No thumbnails: ${why}. Say where the images are with \`images\``, ['images']);
  return undefined;
}

/** Images at a place that a result names, or why they are not opened. */
async function openStored(name: string, opening: OpeningImages): Promise<Dataset | string> {
  const isLocal = [null, 'synthetic:'].includes(schemeOf(name));
  if (!isLocal) return `the images are at \`${name}\`, over a network`;
  try {
    const data = await openNamed(name, opening);
    return data.limitsReads === true ? `images of \`${name}\` are read over a network` : data;
  } catch (error) {
    opening.signal.throwIfAborted();
    if (!(error instanceof PipelineError) && !(error instanceof RangeError)) throw error;
    return `the images are no longer at \`${name}\` (${messageOf(error)})`;
  }
}

/**
 * Opens a dataset by its name, which of files with several splits ends in the split: `cifar-10-batches-bin, test`.
 *
 * @throws {PipelineError} `ERR_DATASET`. @throws {RangeError} When a setting in the name is out of its range.
 */
export async function openNamed(name: string, { signal, note }: OpeningImages): Promise<Dataset> {
  const onNote = ({ text, options }: DatasetNote): void => note(text, options);
  const [, location, split] = /^(.+), ([^,]+)$/su.exec(name) ?? [];
  try {
    return await openDataset(name, { signal, onNote });
  } catch (error) {
    if (location === undefined || split === undefined) throw error;
    return await openDataset(location, { signal, onNote, split }).catch(() => {
      throw error;
    });
  }
}
