import { concatMap, of, tap, type OperatorFunction } from 'rxjs';
import type { DecodedCache } from '../image/decoded-cache.ts';
import type { DecodedImage, PlannedSample } from '../types.ts';

/**
 * Read-through cache: serves images from `cache`; misses go through `decode` and are kept if they
 * fit.
 *
 * For use on one sample at a time, inside `perSample`: here a sample waits for the one before it.
 *
 * @param cache Borrowed; shared by all batches of a run.
 * @param decode Reads and decodes one sample.
 * @example
 * ```ts
 * import { pipe } from 'rxjs';
 * import { openDataset } from 'sincere-embeddings/datasets';
 *
 * const read = readImage(await openDataset('photos'), { permits: permits(16) });
 * const decode = decodeImage({ permits: permits(4) });
 * const images = perSample(keepDecoded(decodedCache(2e9), pipe(read, decode)));
 * ```
 */
export function keepDecoded(
  cache: DecodedCache,
  decode: OperatorFunction<PlannedSample, DecodedImage>,
): OperatorFunction<PlannedSample, DecodedImage> {
  return concatMap((planned) => {
    const image = cache.get(planned.position);
    if (image !== undefined) return of({ ...planned, image });
    return of(planned).pipe(
      decode,
      tap((decoded) => cache.set(decoded.position, decoded.image)),
    );
  });
}
