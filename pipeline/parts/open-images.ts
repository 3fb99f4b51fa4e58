import { openDataset } from '../../datasets/open-dataset.ts';
import type { ImageReading } from '../../operators/image/image-reading.ts';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { schemeOf } from '../../operators/location-scheme.ts';
import type { ImagesOfIds } from '../../outputs/thumbnails/images-of-ids.ts';
import { imagesOfDataset } from './images-of-ids.ts';
import type { TellNote } from './run-event.ts';

/** Where images of a result are looked for. */
export interface WhereImagesAre {
  /** Location that the user gave; null for none. */
  readonly given: string | null;
  /** `Dataset.name` as the result has it; undefined when it has none. */
  readonly stored: string | undefined;
  /** As the result says that they were read. @default all applied, on white */
  readonly reading?: ImageReading | undefined;
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
  { signal, note }: { readonly signal: AbortSignal; readonly note: TellNote },
): Promise<ImagesOfIds | undefined> {
  const opening = {
    signal,
    onNote: ({ text, options }: { text: string; options?: readonly string[] | undefined }) =>
      note(text, options),
  };
  if (given !== null) return imagesOfDataset(await openDataset(given, opening), reading);
  const none = (why: string): undefined => {
    note(`No thumbnails: ${why}. Say where the images are with \`images\``, ['images']);
    return undefined;
  };
  if (stored === undefined) return none('the vectors do not say where their images are');
  const isLocal = [null, 'synthetic:'].includes(schemeOf(stored));
  if (!isLocal) return none(`the images are at \`${stored}\`, over a network`);
  try {
    const data = await openStored(stored, opening);
    if (data.limitsReads === true) return none(`images of \`${stored}\` are read over a network`);
    return imagesOfDataset(data, reading);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof PipelineError) && !(error instanceof RangeError)) throw error;
    return none(`the images are no longer at \`${stored}\` (${messageOf(error)})`);
  }
}

type Opening = NonNullable<Parameters<typeof openDataset>[1]>;

/** A dataset by its name, which of files with several splits ends in the split: `cifar-10-batches-bin, test`. */
async function openStored(name: string, opening: Opening) {
  const [, location, split] = /^(.+), ([^,]+)$/su.exec(name) ?? [];
  try {
    return await openDataset(name, opening);
  } catch (error) {
    if (location === undefined || split === undefined) throw error;
    return await openDataset(location, { ...opening, split }).catch(() => {
      throw error;
    });
  }
}
