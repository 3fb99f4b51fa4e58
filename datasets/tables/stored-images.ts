import { crc32 } from 'node:zlib';
import type { ImageLocation } from '../../operators/types.ts';
import type { ByteRange } from '../store/object-store.ts';

/** Places of images in local files, once their bytes were seen: threads read them there by themselves. */
export interface StoredImages {
  /** Remembers where the bytes of an image lie, and their sum. */
  add(position: number, from: number, bytes: Uint8Array): void;
  /** The bytes of an image in its file; undefined when they were not seen. */
  range(position: number): (ByteRange & NonNullable<ImageLocation['range']>) | undefined;
}

/** Begins to remember places: 20 bytes for each image of the dataset. */
export function storedImages(count: number): StoredImages {
  // 0 is no place of an image: files begin with their magic.
  const from = new Float64Array(count);
  const sizes = new Float64Array(count);
  const sums = new Uint32Array(count);
  return {
    add(position, at, bytes) {
      from[position] = at;
      sizes[position] = bytes.length;
      sums[position] = crc32(bytes);
    },
    range(position) {
      const at = from[position]!;
      if (at === 0) return undefined;
      return { from: at, bytes: sizes[position]!, crc32: sums[position]! };
    },
  };
}
