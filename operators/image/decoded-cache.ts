import type { RgbImage } from '../types.ts';

/** Decoded images by position in the dataset, up to a number of bytes. */
export interface DecodedCache {
  readonly maxBytes: number;
  /** Bytes held now, at most `maxBytes`. */
  readonly bytes: number;
  /** Images held now. */
  readonly count: number;
  get(position: number): RgbImage | undefined;
  /** Keeps the image if it still fits. It is shared from now on: nobody changes its pixels. */
  set(position: number, image: RgbImage): void;
}

/**
 * Overhead of an entry beside its pixels: resident memory grew by 650 to 700 bytes more for each
 * 32 × 32 image.
 */
const entryBytes = 768;

/**
 * Cache of decoded images without eviction: keeps what fits and forgets nothing.
 *
 * Training visits each image about once an epoch. Under that order the least recently used image is
 * the one that is needed next, so a cache that evicts and is smaller than the set would hardly ever
 * hit. One that keeps the first images hits on its share of the set in every epoch.
 *
 * One cache serves one dataset with one set of decode options: entries are known by position only.
 *
 * @param maxBytes 0 or more; 0 keeps nothing.
 * @throws {RangeError} When `maxBytes` is negative or not a number.
 * @example
 * ```ts
 * const cache = decodedCache(2e9);
 * cache.set(0, { width: 1, height: 1, data: Uint8Array.of(255, 0, 0) });
 * console.log(cache.get(0)?.width, cache.count, cache.bytes);
 * ```
 */
export function decodedCache(maxBytes: number): DecodedCache {
  if (!(maxBytes >= 0)) {
    throw new RangeError(`Expected \`maxBytes\` to be 0 or more, got \`${maxBytes}\``);
  }
  const images = new Map<number, RgbImage>();
  let bytes = 0;
  return {
    maxBytes,
    get bytes() {
      return bytes;
    },
    get count() {
      return images.size;
    },
    get: (position) => images.get(position),
    set(position, image) {
      const cost = image.data.byteLength + entryBytes;
      if (images.has(position) || bytes + cost > maxBytes) return;
      images.set(position, image);
      bytes += cost;
    },
  };
}
