import type { PixelPlace } from './load-calls.ts';

/** Decoded images by position in the dataset, in memory that threads share, up to a number of bytes. */
export interface PixelCache {
  readonly maxBytes: number;
  /** Bytes of pixels held now, at most `maxBytes`. */
  readonly bytes: number;
  /** Images held now. */
  readonly count: number;
  /** Place of an image, if it is held. */
  place(position: number): PixelPlace | undefined;
  /** Notes where a thread has put an image. */
  set(position: number, place: PixelPlace): void;
  /**
   * The block to put images into: a first one, or another when the last is full.
   *
   * @param share Makes a block of so many bytes known to all threads.
   * @returns Undefined when the cache is full.
   */
  block(share: (bytes: number) => number): number | undefined;
  /** Notes that an image did not fit what was left of a block: the next one goes into another. */
  full(block: number): void;
}

/** Bytes of a block, at most. Pages of it that hold nothing take no memory. */
const blockBytes = 2 ** 26;

/**
 * Cache of decoded images without eviction, shared by the threads of a loader: keeps what fits and forgets nothing.
 *
 * Training visits each image about once an epoch. Under that order the least recently used image is
 * the one that is needed next, so a cache that evicts and is smaller than the set would hardly ever
 * hit. One that keeps the first images hits on its share of the set in every epoch.
 *
 * One cache serves one dataset with one set of decode options, in one pool of workers: entries are known by position only.
 * Loaders of others refuse it.
 * Its memory stays with the pool until that is closed. An image of more pixels than a block of 64 MiB holds is not kept.
 *
 * @param maxBytes 0 or more; 0 keeps nothing.
 * @throws {RangeError} When `maxBytes` is negative or not a number.
 * @example
 * ```ts
 * const cache = pixelCache(2e9);
 * console.log(cache.count, cache.bytes); // 0 0
 * ```
 */
export function pixelCache(maxBytes: number): PixelCache {
  if (!(maxBytes >= 0)) {
    throw new RangeError(`Expected \`maxBytes\` to be 0 or more, got \`${maxBytes}\``);
  }
  const places = new Map<number, PixelPlace>();
  let [bytes, shared] = [0, 0];
  let current: number | undefined;
  return {
    maxBytes,
    get bytes() {
      return bytes;
    },
    get count() {
      return places.size;
    },
    place: (position) => places.get(position),
    set(position, place) {
      // Two batches in flight may have loaded it at the same time: both places hold the same pixels.
      if (places.has(position)) return;
      places.set(position, place);
      bytes += place[2] * place[3] * 3;
    },
    block(share) {
      const size = Math.min(blockBytes, Math.floor(maxBytes - shared));
      if (current === undefined && size > 0) {
        shared += size;
        current = share(size);
      }
      return current;
    },
    full(block) {
      if (block === current) current = undefined;
    },
  };
}
