import type { ImageLocation } from '../../operators/types.ts';
import { contentKey } from '../cache/content-key.ts';
import type { ImageCache } from '../cache/image-cache.ts';
import { readKept } from '../cache/read-kept.ts';
import type { ImageIndex } from '../records/image-index.ts';
import type { RecordReader } from '../records/indexed-dataset.ts';
import type { ByteRange, ObjectStore, StoredObject } from '../store/object-store.ts';

/** Options of `pixelReader`. */
export interface PixelReaderOptions {
  readonly store: ObjectStore;
  /** Bytes of the pixels of one image, from the `from` of the index. */
  readonly pixelBytes: number;
  /** Makes an image file of them. */
  readonly imageOf: (pixels: Uint8Array) => Uint8Array;
  /** Reads a part of an object. @default of the store */
  readonly read?: (
    object: StoredObject,
    range: ByteRange,
    signal?: AbortSignal,
  ) => Promise<Uint8Array>;
  readonly cache?: ImageCache | undefined;
}

/** Reader of images that lie in a file as bare pixels: as PGM or PPM files, which everything that reads images knows. */
export function pixelReader(index: ImageIndex, options: PixelReaderOptions): RecordReader {
  const { store, pixelBytes, imageOf, cache } = options;
  const { read = (object, range, signal) => store.read(object, { range, signal }) } = options;
  const kept = store.isRemote ? cache : undefined;
  const placeOf = (position: number) => ({
    object: index.objects.at(index.object[position]!),
    range: { from: index.from[position]!, bytes: pixelBytes },
  });
  const keyOf = ({ object, range }: ReturnType<typeof placeOf>): string =>
    contentKey(store.url(object.key), object, `image of ${range.from}+${range.bytes}`);
  const locate = (position: number) => kept?.find(keyOf(placeOf(position))) ?? null;
  return {
    limitsReads: store.isRemote,
    nameOf(position) {
      const { object, range } = placeOf(position);
      return `${store.url(object.key)}, bytes ${range.from} to ${range.from + range.bytes}`;
    },
    locate: (position): ImageLocation | null => locate(position),
    async read(position, signal) {
      const place = locate(position);
      const before = place === null ? undefined : await readKept(place, signal);
      if (before !== undefined) return before;
      const { object, range } = placeOf(position);
      const image = imageOf(await read(object, range, signal));
      await kept?.keep(keyOf({ object, range }), image);
      return image;
    },
  };
}

/** An image file of grey pixels, row by row: binary PGM. */
export function pgmOf(width: number, height: number, pixels: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), pixels]);
}

/** An image file of three planes, red, green and blue, each row by row: binary PPM. */
export function ppmOfPlanes(width: number, height: number, planes: Uint8Array): Uint8Array {
  const header = Buffer.from(`P6\n${width} ${height}\n255\n`);
  const image = new Uint8Array(header.length + planes.length);
  image.set(header);
  const area = width * height;
  for (let at = 0, to = header.length; at < area; at += 1) {
    for (let plane = at; plane < planes.length; plane += area, to += 1) image[to] = planes[plane]!;
  }
  return image;
}
