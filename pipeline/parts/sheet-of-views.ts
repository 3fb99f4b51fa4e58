import { firstValueFrom, of } from 'rxjs';
import { isAboutImage, PipelineError } from '../../operators/errors.ts';
import { statedReading } from '../../operators/image/image-reading.ts';
import { shrinkTarget } from '../../operators/image/shrink-target.ts';
import { type ViewRecipe, viewRecipe } from '../../operators/image/view-recipe.ts';
import { javascriptViewsNote, viewKernelHere } from '../../operators/image/view-renderer.ts';
import { drawViews, makeViews } from '../../operators/image/views.ts';
import { counted } from '../../operators/message-words.ts';
import { decodeImage } from '../../operators/stages/decode-image.ts';
import { readImage } from '../../operators/stages/read-image.ts';
import type { Dataset, DecodedImage, EncodedImage, PlannedSample } from '../../operators/types.ts';
import { viewColours } from '../../outputs/sheet/view-colours.ts';
import type { SheetRow, SheetView, ViewSheet } from '../../outputs/sheet/view-sheet.ts';
import { allViews } from '../options/all-views.ts';
import type { SheetOptions } from '../options/sheet-options.ts';
import type { Resolved } from '../options/verb.ts';
import { largestFile } from './largest-file.ts';
import { chosenImages } from './chosen-images.ts';
import { decodePermits, readPermits } from './native-permits.ts';
import type { TellNote } from './run-event.ts';
import { tellDecoder } from './tell-decoder.ts';

/** Images that cannot be used before a sheet is given up. */
const mostLeftOut = 50;

/** Circumstances of drawing a sheet. */
export interface SheetTask {
  readonly signal: AbortSignal;
  readonly note: TellNote;
  /** Called with the number of rows that are drawn. */
  readonly onRow: (done: number) => void;
}

/**
 * A contact sheet: some images, and views of each as training makes them when it draws the image for the first time.
 *
 * Images are read, decoded and shrunk as in `train`. One that cannot be used is left out, which is told, and another of its
 * class takes its place.
 *
 * @throws {PipelineError} `ERR_TOO_MANY_BAD` when none can be used, or too many cannot.
 */
export async function sheetOfViews(
  data: Dataset,
  options: Resolved<SheetOptions>,
  { signal, note, onRow }: SheetTask,
): Promise<ViewSheet> {
  const { imageSize, seed, augmentation } = options;
  const recipe = viewRecipe(augmentation);
  await tellDecoder(options.decoder, note);
  if (viewKernelHere() === 'javascript') note(javascriptViewsNote);
  const bad: PipelineError[] = [];
  let done = 0;
  const rows = await chosenImages(data, options, async (sample) => {
    signal.throwIfAborted();
    const row = await drawnRow(data, sample, recipe, options).catch((error: unknown) => {
      if (!isAboutImage(error)) throw error;
      bad.push(error);
      if (bad.length === mostLeftOut) throw tooManyBad(bad);
      return undefined;
    });
    if (row !== undefined) onRow((done += 1));
    return row;
  });
  if (rows.length === 0) throw tooManyBad(bad);
  tellLeftOut(bad, note);
  const leftOut = bad.map(({ sample = '', message }) => ({ id: sample, reason: message }));
  return { name: data.name, recipe, imageSize, seed, rows, leftOut };
}

async function drawnRow(
  data: Dataset,
  sample: PlannedSample,
  recipe: ViewRecipe,
  options: Resolved<SheetOptions>,
): Promise<SheetRow> {
  const { maxBytes, imageSize, viewsPerImage, augmentation, seed } = options;
  const views = allViews({ views: viewsPerImage, augmentation });
  const read = readImage(data, {
    permits: readPermits,
    maxBytes: largestFile(data, maxBytes),
  });
  const file = await firstValueFrom(of(sample).pipe(read));
  const shrinkTo = shrinkTarget(recipe, imageSize);
  const { image, repaired } = await decoded(file, options, shrinkTo);
  const pixels = makeViews([image], [sample], recipe, { views, imageSize, seed });
  const length = imageSize ** 2 * 3;
  const drawn = drawViews(image, sample, recipe, { views, imageSize, seed });
  // It may have been larger.
  const isWhole = Math.min(image.width, image.height) < shrinkTo;
  const { width, height } = isWhole ? image : (await decoded(file, options)).image;
  return {
    id: sample.id,
    className: sample.label === null ? null : data.classes[sample.label]!,
    size: { width, height },
    image,
    ...(repaired === undefined ? {} : { repaired }),
    views: drawn.map((draw, view): SheetView => ({
      draw,
      local: view >= viewsPerImage,
      colours: viewColours(pixels.subarray(view * length, (view + 1) * length), recipe, imageSize),
    })),
  };
}

async function decoded(
  file: EncodedImage,
  options: Resolved<SheetOptions>,
  shrinkTo?: number,
): Promise<DecodedImage> {
  const { decoder, maxPixels, tolerant } = options;
  const reading = statedReading(options);
  const decode = decodeImage({
    permits: decodePermits,
    limits: { maxPixels },
    reading,
    tolerant,
    decoder,
    shrinkTo,
  });
  return await firstValueFrom(of(file).pipe(decode));
}

function tellLeftOut(bad: readonly PipelineError[], note: TellNote): void {
  const [first] = bad;
  if (first === undefined) return;
  const images = counted(
    bad.length,
    'image that cannot be used is',
    'images that cannot be used are',
  );
  note(`${images} left out. The first one: ${first.message}.`, first.options);
}

function tooManyBad(bad: readonly PipelineError[]): PipelineError {
  const last = bad.at(-1)!;
  const tried = counted(bad.length, 'image that was tried', 'images that were tried');
  return new PipelineError(
    'ERR_TOO_MANY_BAD',
    `${tried} cannot be used, and not enough can. The last one: ${last.message}. Repair the images, or name others.`,
    { sample: last.sample, cause: last, options: last.options },
  );
}
