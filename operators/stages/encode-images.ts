import type { OperatorFunction } from 'rxjs';
import type { Permits } from '../flow/permits.ts';
import { mapInOrder } from '../flow/map-in-order.ts';
import { encodePixels, type StoredForm } from '../image/encode-pixels.ts';
import type { PreparedBatch, SampleBatch } from '../types.ts';
import { plannedOf } from './augment-views.ts';

/** Options of encoding: the form, and how many at the same time. */
export interface EncodeImagesOptions extends StoredForm {
  /** Native encodes at the same time: the permits of decoding. */
  readonly permits: Permits;
}

/**
 * Encodes the images of each batch as image files, in order.
 *
 * @example
 * ```ts
 * const encode = encodeImages({ as: 'jpeg', quality: 90, permits: permits(4) }); // after `perSample`
 * ```
 */
export function encodeImages(
  options: EncodeImagesOptions,
): OperatorFunction<SampleBatch, PreparedBatch> {
  const { permits, as, quality } = options;
  return mapInOrder(async ({ plan, images }, ended) => {
    const stored = images.map(async ({ image }) => {
      const bytes = await permits.use(
        async () => await encodePixels(image, { as, quality }),
        ended,
      );
      return { width: image.width, height: image.height, bytes };
    });
    return { plan, samples: images.map(plannedOf), images: await Promise.all(stored) };
  });
}
