import { firstValueFrom, of } from 'rxjs';
import { isAboutImage } from '../../operators/errors.ts';
import { defaultMaxBytes } from '../../operators/image/decode-options.ts';
import { type ImageReading, statedReading } from '../../operators/image/image-reading.ts';
import { availableCores } from '../../operators/threads/available-cores.ts';
import { decodeImage } from '../../operators/stages/decode-image.ts';
import { readImage } from '../../operators/stages/read-image.ts';
import type { Dataset, PlannedSample } from '../../operators/types.ts';
import type {
  FoundImage,
  ImagesOfIds,
  WantedImage,
} from '../../outputs/thumbnails/images-of-ids.ts';
import { largestFile } from './largest-file.ts';
import { decodePermits, readPermits } from './native-permits.ts';

/** Images that are read ahead of the one that is drawn: enough for every core, and no more. */
const readAhead = 2 * availableCores();

/**
 * Images of a dataset by their ids, read and decoded with the limits of every verb.
 *
 * @param data Borrowed.
 * @param reading EXIF, colour profile and transparency, as the vectors were made. @default all applied, on white
 */
export function imagesOfDataset(data: Dataset, reading: ImageReading = {}): ImagesOfIds {
  return {
    name: data.name,
    async *images(wanted, side, signal) {
      const positions = positionsOf(data, wanted);
      const find = async (one: WantedImage): Promise<FoundImage> =>
        await foundImage(data, one, positions.get(one.id), { side, reading });
      const waiting: Promise<FoundImage>[] = [];
      for (const one of wanted) {
        signal?.throwIfAborted();
        const found = find(one);
        // It may fail long before its turn.
        found.catch(() => {});
        waiting.push(found);
        if (waiting.length >= readAhead) yield await waiting.shift()!;
      }
      for (const found of waiting) yield await found;
    },
  };
}

/** Positions of the images that are wanted: the whole listing is never held. */
function positionsOf(data: Dataset, wanted: readonly WantedImage[]): ReadonlyMap<string, number> {
  const ids = new Set(wanted.map(({ id }) => id));
  const positions = new Map<string, number>();
  for (let position = 0; position < data.count && positions.size < ids.size; position += 1) {
    const { id } = data.sample(position);
    if (ids.has(id)) positions.set(id, position);
  }
  return positions;
}

interface Finding {
  readonly side: number;
  readonly reading: ImageReading;
}

async function foundImage(
  data: Dataset,
  { id, sha256 }: WantedImage,
  position: number | undefined,
  finding: Finding,
): Promise<FoundImage> {
  if (position === undefined) {
    return { id, image: null, reason: `\`${data.name}\` has no image \`${id}\`` };
  }
  try {
    const { image, content } = await decoded(data, position, finding);
    const isChanged = typeof sha256 === 'string' && content?.sha256 !== sha256;
    return { id, image, isChanged };
  } catch (error) {
    if (!isAboutImage(error)) throw error;
    return { id, image: null, reason: error.message };
  }
}

async function decoded(data: Dataset, position: number, { side, reading }: Finding) {
  const planned: PlannedSample = { ...data.sample(position), position, draw: 0 };
  const maxBytes = largestFile(data, defaultMaxBytes);
  const read = readImage(data, { permits: readPermits, maxBytes, identify: true });
  // Twice the side, so that the exact filter of the thumbnail has the last word.
  const decode = decodeImage({
    permits: decodePermits,
    reading: statedReading(reading),
    tolerant: true,
    shrinkTo: 2 * side,
  });
  return await firstValueFrom(of(planned).pipe(read, decode));
}
