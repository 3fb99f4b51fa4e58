import { type OperatorFunction, pipe } from 'rxjs';
import { PipelineError } from '../../operators/errors.ts';
import type { RunScope } from '../../operators/flow/run-scope.ts';
import { defaultQuality } from '../../operators/image/encode-pixels.ts';
import { statedReading } from '../../operators/image/image-reading.ts';
import { shrinkTarget } from '../../operators/image/shrink-target.ts';
import { viewRecipe } from '../../operators/image/view-recipe.ts';
import { counted } from '../../operators/message-words.ts';
import { decodeImage } from '../../operators/stages/decode-image.ts';
import { readImage } from '../../operators/stages/read-image.ts';
import type { Dataset, DecodedImage, PlannedSample, Preparation } from '../../operators/types.ts';
import { openPreparedFolder, type PreparedFolder } from '../../outputs/prepared/prepared-folder.ts';
import type { PrepareOptions } from '../options/prepare-options.ts';
import type { Resolved } from '../options/verb.ts';
import { decodePermits, readPermits } from './native-permits.ts';
import { openData } from './open-data.ts';
import { pieceOf } from './piece-of.ts';
import type { TellNote } from './run-event.ts';
import { tellDecoder } from './tell-decoder.ts';

/** Resources of a preparation. The folder belongs to the scope. */
export interface OpenPreparation {
  readonly data: Dataset;
  readonly preparation: Preparation;
  /** Reads and decodes one image, with the content of its file. */
  readonly readable: OperatorFunction<PlannedSample, DecodedImage>;
  readonly folder: PreparedFolder;
  /** What is going to be done, for the user. */
  readonly opening: () => string;
}

/**
 * Opens the images and the folder to write to.
 *
 * @throws {UsageError} When `out` lies among the images.
 * @throws {PipelineError} `ERR_CONFIG` when they are prepared already, or the folder holds something else.
 */
export async function openPreparation(
  scope: RunScope,
  options: Resolved<PrepareOptions>,
  note: TellNote,
): Promise<OpenPreparation> {
  const { out, resume, verify, shard } = options;
  const data = await openData(options, scope.signal, note);
  if (data.prepared !== undefined) throw preparedAlready(data.name);
  const preparation = preparationOf(options);
  const folder = scope.use(
    await openPreparedFolder(out, {
      dataset: data,
      preparation,
      resume,
      verify,
      permits: readPermits,
      signal: scope.signal,
      shard: shard === null ? undefined : pieceOf(shard),
    }),
  );
  for (const text of folder.notes) note(text);
  await tellDecoder(options.decoder, note);
  const readable = decodable(data, preparation, options);
  return { data, preparation, readable, folder, opening: () => openingOf(folder, preparation) };
}

/** Decoder and limits, which leave no trace in what is prepared. */
export type DecodingLimits = Pick<Resolved<PrepareOptions>, 'decoder' | 'maxBytes' | 'maxPixels'>;

/** Reads and decodes images as they are prepared. */
export function decodable(
  data: Dataset,
  { shrinkTo, tolerant, ...reading }: Preparation,
  { decoder, maxBytes, maxPixels }: DecodingLimits,
): OperatorFunction<PlannedSample, DecodedImage> {
  return pipe(
    readImage(data, { permits: readPermits, maxBytes, identify: true }),
    decodeImage({
      permits: decodePermits,
      limits: { maxPixels },
      reading: statedReading(reading),
      tolerant,
      decoder,
      shrinkTo: shrinkTo ?? undefined,
    }),
  );
}

function preparationOf(options: Resolved<PrepareOptions>): Preparation {
  const { as, quality, shrinkTo, imageSize, augmentation } = options;
  const { exif, icc, alpha, tolerant } = options;
  const target = imageSize === null ? shrinkTo : shrinkTarget(viewRecipe(augmentation), imageSize);
  return {
    as,
    quality: as === 'jpeg' ? (quality ?? defaultQuality) : null,
    shrinkTo: target,
    exif,
    icc,
    alpha,
    tolerant,
  };
}

function openingOf(
  { positions, left: ranges }: PreparedFolder,
  { as, quality, shrinkTo }: Preparation,
): string {
  const left = ranges.reduce((sum, { from, end }) => sum + end - from, 0);
  const images =
    left === positions
      ? counted(left, 'image')
      : `${counted(left)} of ${counted(positions, 'image')}`;
  const form = quality === null ? as : `${as} of quality ${quality}`;
  const size = shrinkTo === null ? '' : `, shrunk to a shorter side of ${shrinkTo} pixels`;
  return `preparing ${images} as ${form}${size}`;
}

function preparedAlready(name: string): PipelineError {
  return new PipelineError(
    'ERR_CONFIG',
    `\`${name}\` is a prepared dataset already. Give the images that it was made of as \`data\`.`,
    { path: name, options: ['data'] },
  );
}
