import type { ImageCache } from './image-cache.ts';

/** Cache of images that is opened when it is used. */
export interface LazyImageCache extends ImageCache {
  /** Opens it. */
  opened(): Promise<void>;
}

/**
 * A cache that nobody opened yet: its first use opens it, and finds nothing until then.
 *
 * @param open Does not fail.
 */
export function lazyImageCache(maxBytes: number, open: () => Promise<ImageCache>): LazyImageCache {
  let cache: ImageCache | undefined;
  let opening: Promise<ImageCache> | undefined;
  const opened = async (): Promise<ImageCache> => {
    opening ??= open();
    cache = await opening;
    return cache;
  };
  return {
    maxBytes,
    get problem() {
      return cache?.problem;
    },
    opened: async () => void (await opened()),
    find(key) {
      if (cache === undefined) void opened();
      return cache?.find(key);
    },
    async keep(key, bytes) {
      const wasOpen = cache !== undefined;
      const into = await opened();
      // Another process may have kept it: nobody could find it there before.
      const known = wasOpen ? undefined : into.find(key);
      return known ?? (await into.keep(key, bytes));
    },
  };
}
