import { PipelineError } from '../errors.ts';
import type { DecodePixelsOptions } from '../image/decode-options.ts';
import type { Dataset } from '../types.ts';
import type { LoadPool } from './load-pool.ts';
import type { PixelCache } from './pixel-cache.ts';

/** Owner of a cache: the dataset, its reading and the pool whose pixels it keeps. */
export interface CacheOwner {
  readonly pool: LoadPool;
  readonly dataset: Pick<Dataset, 'read'>;
  readonly decoding: DecodePixelsOptions;
}

const owners = new WeakMap<PixelCache, CacheOwner>();

/**
 * Makes a cache that of one dataset, read in one way by one pool. It knows images by their positions alone, and places by
 * numbers of that pool: any other user would be given wrong pixels.
 *
 * @throws {PipelineError} `ERR_CONTRACT` when the cache is another's.
 */
export function claimCache(cache: PixelCache, owner: CacheOwner): void {
  const known = owners.get(cache);
  if (known === undefined) {
    owners.set(cache, owner);
    return;
  }
  const other =
    known.pool !== owner.pool
      ? 'workers'
      : known.dataset !== owner.dataset
        ? 'dataset'
        : readingOf(known.decoding) !== readingOf(owner.decoding)
          ? 'decoding'
          : undefined;
  if (other === undefined) return;
  throw new PipelineError(
    'ERR_CONTRACT',
    `Expected a \`cache\` of its own for each dataset, decoding and image workers: it was used with another \`${other}\`.`,
  );
}

/** What pixels depend on. */
function readingOf(options: DecodePixelsOptions): string {
  const { exif = 'apply', icc = 'apply', alpha = 'white', tolerant = false, shrinkTo } = options;
  return JSON.stringify([exif, icc, alpha, tolerant, shrinkTo]);
}
