import type { RecordBatch } from 'apache-arrow';
import { counted } from '../../operators/message-words.ts';
import type { ImagesOfIds, WantedImage } from '../thumbnails/images-of-ids.ts';
import { drawSprite, longestSprite, mostInSprite, type Sprite } from '../thumbnails/sprite.ts';
import { spriteNotes } from '../thumbnails/sprite-notes.ts';
import type { ArrowSource } from './arrow-source.ts';
import type { NotedConversion } from './conversion.ts';

/** Side of a thumbnail in the projector, in pixels. */
export const projectorSide = 32;

/**
 * The sprite of an export: a thumbnail for each row. Undefined, which is told, when there are no ids, or more rows than the
 * projector takes thumbnails of.
 */
export async function projectorSprite(
  source: ArrowSource,
  images: ImagesOfIds,
  { signal, onNote }: NotedConversion,
): Promise<Sprite | undefined> {
  const none = (why: string): undefined => onNote?.(`No thumbnails: ${why}`) as undefined;
  if (source.rows === 0) return undefined;
  if (!source.schema.names.includes('id')) return none('the vectors have no column `id`');
  const most = mostInSprite(projectorSide);
  if (source.rows > most) {
    const limit = `${counted(longestSprite)} × ${counted(longestSprite)} pixels`;
    const rows = counted(source.rows, 'row');
    return none(
      `the projector takes a picture of ${limit}, ${counted(most)} images, and these are ${rows}`,
    );
  }
  const sprite = await drawSprite(images, await wantedImages(source), {
    side: projectorSide,
    signal,
  });
  for (const note of spriteNotes(sprite, images.name)) onNote?.(note);
  return sprite;
}

/** Ids of all rows, with the SHA-256 of their files where they have it. */
export async function wantedImages(source: ArrowSource): Promise<readonly WantedImage[]> {
  const wanted: WantedImage[] = [];
  for await (const batch of source.read()) wanted.push(...wantedOf(batch));
  return wanted;
}

function wantedOf(batch: RecordBatch): readonly WantedImage[] {
  const [ids, sums] = [batch.getChild('id'), batch.getChild('sha256')];
  return Array.from({ length: batch.numRows }, (_, row) => ({
    id: String(ids?.get(row) ?? ''),
    sha256: (sums?.get(row) as string | null | undefined) ?? null,
  }));
}
