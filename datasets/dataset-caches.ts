import path from 'node:path';
import { messageOf } from '../operators/errors.ts';
import { userCache } from '../operators/files/user-cache.ts';
import type { DatasetNote } from '../operators/types.ts';
import type { ImageCache } from './cache/image-cache.ts';
import { lazyImageCache, type LazyImageCache } from './cache/lazy-image-cache.ts';
import { openImageCache } from './cache/open-image-cache.ts';
import type { IndexCache } from './records/index-cache.ts';
import { openIndexCache } from './records/open-index-cache.ts';
import { toldIndexCache } from './records/told-index-cache.ts';

/** Options of `datasetCaches`. */
export interface DatasetCachesOptions {
  /** @default `sincere` in the user's cache */
  readonly cacheDir?: string | undefined;
  /** Gigabytes of images, 0 or more. @default 10 */
  readonly cacheGb?: number | undefined;
  /** Told the first problem of each cache when it happens. */
  readonly onNote?: ((note: DatasetNote) => void) | undefined;
}

/** Caches of a dataset. */
export interface DatasetCaches {
  /** Absent where nothing is to be kept. */
  readonly cache: ImageCache | undefined;
  readonly indexes: IndexCache | undefined;
  /** Opens the cache of images, which otherwise its first use does. */
  readonly opened: () => Promise<void>;
}

/**
 * Caches of images and indexes in one folder. Nothing is read or made before it is used.
 *
 * @throws {RangeError} When `cacheGb` is not 0 or more.
 */
export function datasetCaches(options: DatasetCachesOptions): DatasetCaches {
  const { cacheDir, cacheGb = 10, onNote = () => {} } = options;
  if (!(cacheGb >= 0 && cacheGb <= Number.MAX_SAFE_INTEGER / 1e9)) {
    throw new RangeError(`Expected \`cacheGb\` to be a number of 0 or more, got \`${cacheGb}\``);
  }
  const told = (problem: string): void => {
    const text = `${problem}. Free some space, or name another folder with \`cacheDir\``;
    onNote({ text, options: ['cacheDir'] });
  };
  let folder: string;
  try {
    folder = path.resolve(cacheDir ?? userCache(process.env));
  } catch (error) {
    const problem = `remote images are not kept, there is no folder for it: ${messageOf(error)}`;
    return { cache: undefined, indexes: undefined, opened: async () => told(problem) };
  }
  const indexes = toldIndexCache(openIndexCache(path.join(folder, 'indexes')), told);
  const maxBytes = Math.floor(cacheGb * 1e9);
  if (maxBytes === 0) return { cache: undefined, indexes, opened: async () => {} };
  const cache = lazyImageCache(maxBytes, () => sharedCache(path.join(folder, 'images'), maxBytes));
  const images = toldImageCache(cache, told);
  return { cache: images, indexes, opened: () => cache.opened() };
}

/** Caches that are open in this process, by what they are. */
const open = new Map<string, Promise<ImageCache>>();

async function sharedCache(folder: string, maxBytes: number): Promise<ImageCache> {
  const name = `${maxBytes} ${folder}`;
  const known = open.get(name) ?? openImageCache({ folder, maxBytes });
  open.set(name, known);
  return await known;
}

/** Tells the problem of a cache of images when it is there. */
function toldImageCache(cache: LazyImageCache, told: (problem: string) => void): ImageCache {
  let isTold = false;
  return {
    maxBytes: cache.maxBytes,
    get problem() {
      return cache.problem;
    },
    find: (key) => cache.find(key),
    async keep(key, bytes) {
      const place = await cache.keep(key, bytes);
      if (place === undefined && cache.problem !== undefined && !isTold) {
        isTold = true;
        told(cache.problem);
      }
      return place;
    },
  };
}
