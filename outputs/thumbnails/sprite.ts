import { encodePixels } from '../../operators/image/encode-pixels.ts';
import type { RgbImage } from '../../operators/types.ts';
import type { FoundImage, ImagesOfIds, WantedImage } from './images-of-ids.ts';
import { squareThumbnails } from './square-thumbnail.ts';

/** Thumbnails of many images in one picture, row by row in a square grid. */
export interface Sprite {
  /** A JPEG of `columns × side` pixels a side. */
  readonly jpeg: Uint8Array;
  /** Side of a thumbnail, in pixels. */
  readonly side: number;
  /** Thumbnails of a row, and rows: `⌈√count⌉`. Places behind the last thumbnail are grey. */
  readonly columns: number;
  readonly count: number;
  /** Images without a thumbnail, whose places are grey, in order; at most `mostKept`. */
  readonly missing: readonly { readonly id: string; readonly reason: string }[];
  /** All images without a thumbnail. */
  readonly missingCount: number;
  /** Ids of images that have other bytes than before, in order; at most `mostKept`. */
  readonly changed: readonly string[];
  readonly changedCount: number;
}

/** Options of `drawSprite`. */
export interface SpriteOptions {
  /** Side of a thumbnail, in pixels: a multiple of 8, so that the blocks of the JPEG end where thumbnails do. @default 32 */
  readonly side?: number | undefined;
  /** JPEG quality, 1 to 100. @default 90 */
  readonly quality?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each image with the number of images done. */
  readonly onImage?: ((done: number) => void) | undefined;
}

/** Images that are named of those without a thumbnail, and of those that have changed. */
export const mostKept = 20;

/** Longest side of a sprite, in pixels: what TensorBoard and most browsers show. */
export const longestSprite = 8192;

const grey = 128;

/** Thumbnails that a sprite holds at most. */
export function mostInSprite(side: number): number {
  return Math.floor(longestSprite / side) ** 2;
}

/**
 * Thumbnails of images in one JPEG. The same images give the same bytes.
 *
 * An image that cannot be read is a grey cell, and is told in `missing`. Memory: the sprite, at most 201 MB, and the few
 * images that the source holds.
 *
 * @param wanted 1 or more.
 * @throws {RangeError} When there are none, or more than `mostInSprite`, or `side` is no multiple of 8.
 * @throws The reason of `signal`, and what the source throws.
 * @example
 * ```ts
 * const { jpeg, columns } = await drawSprite(images, [{ id: 'cat/1.jpg' }], { side: 48 });
 * ```
 */
export async function drawSprite(
  source: ImagesOfIds,
  wanted: readonly WantedImage[],
  { side = 32, quality = 90, signal, onImage }: SpriteOptions = {},
): Promise<Sprite> {
  checkSize(wanted.length, side);
  const columns = Math.ceil(Math.sqrt(wanted.length));
  const sheet = greySquare(columns * side);
  const draw = squareThumbnails(side);
  const told = toldImages();
  let place = 0;
  for await (const found of source.images(wanted, side, signal)) {
    signal?.throwIfAborted();
    told.add(found);
    if (found.image !== null) paste(sheet, draw(found.image), place, columns);
    place += 1;
    onImage?.(place);
  }
  if (place !== wanted.length)
    throw new RangeError(`Expected ${wanted.length} images, got ${place}`);
  const jpeg = await encodePixels(sheet, { as: 'jpeg', quality });
  return { jpeg, side, columns, count: wanted.length, ...told.all() };
}

function checkSize(count: number, side: number): void {
  if (!Number.isInteger(side) || side < 8 || side % 8 !== 0 || side > longestSprite) {
    throw new RangeError(`Expected \`side\` to be a multiple of 8, got \`${side}\``);
  }
  if (count >= 1 && count <= mostInSprite(side)) return;
  throw new RangeError(`Expected 1 to ${mostInSprite(side)} images of a sprite, got ${count}`);
}

function greySquare(side: number): RgbImage {
  return { width: side, height: side, data: new Uint8Array(side * side * 3).fill(grey) };
}

function paste(sheet: RgbImage, { width, data }: RgbImage, place: number, columns: number): void {
  const left = (place % columns) * width;
  const top = Math.floor(place / columns) * width;
  for (let row = 0; row < width; row += 1) {
    const line = data.subarray(row * width * 3, (row + 1) * width * 3);
    sheet.data.set(line, ((top + row) * sheet.width + left) * 3);
  }
}

type Told = Pick<Sprite, 'missing' | 'missingCount' | 'changed' | 'changedCount'>;

function toldImages(): { add(found: FoundImage): void; all(): Told } {
  const missing: { id: string; reason: string }[] = [];
  const changed: string[] = [];
  let [missingCount, changedCount] = [0, 0];
  return {
    add(found) {
      const { id } = found;
      if (found.image === null) {
        missingCount += 1;
        if (missing.length < mostKept) missing.push({ id, reason: found.reason });
      } else if (found.isChanged) {
        changedCount += 1;
        if (changed.length < mostKept) changed.push(id);
      }
    },
    all: () => ({ missing, missingCount, changed, changedCount }),
  };
}
