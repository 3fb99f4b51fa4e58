import type { OperatorFunction } from 'rxjs';
import { mapInOrder } from '../flow/map-in-order.ts';
import type { Permits } from '../flow/permits.ts';
import { cannotDecode } from '../image/cannot-decode.ts';
import type { DecodeLimits, DecodePixelsOptions, ImageDecoder } from '../image/decode-options.ts';
import { checkDecodeOptions, decodePixels } from '../image/decode-pixels.ts';
import type { ImageReading } from '../image/image-reading.ts';
import type { DecodedImage, EncodedImage } from '../types.ts';

/** Options of the operator beside those of the pixels. */
export interface DecodeImageOptions {
  /** Native decodes at the same time: the number of cores. */
  readonly permits: Permits;
  readonly limits?: DecodeLimits | undefined;
  /** EXIF, colour profile and transparency. @default all applied, on white */
  readonly reading?: ImageReading | undefined;
  /** Use files that are damaged around their pixels, as in `DecodePixelsOptions`. @default false */
  readonly tolerant?: boolean | undefined;
  /** Decoder, which does not change the pixels, as in `DecodePixelsOptions`. @default 'auto' */
  readonly decoder?: ImageDecoder | undefined;
  /** Shorter side while loading, as in `DecodePixelsOptions`. */
  readonly shrinkTo?: number | undefined;
}

/**
 * Decodes each file to pixels, in order.
 *
 * Unsubscribing gives up the place in the line for a permit. A decode that is already running cannot
 * be stopped: it ends in the background, holds its permit until then, and its result is dropped.
 *
 * Errors: `ERR_DECODE`, naming the sample, with libvips' own error as `cause`.
 *
 * @throws {RangeError} When a limit or `shrinkTo` is out of range.
 * @example
 * ```ts
 * import { availableParallelism } from 'node:os';
 * import { pipe } from 'rxjs';
 * import { openDataset } from 'sincere-embeddings/datasets';
 *
 * const read = readImage(await openDataset('photos'), { permits: permits(16) });
 * const decode = decodeImage({ permits: permits(availableParallelism()), shrinkTo: 256 });
 * const images = perSample(pipe(read, decode));
 * ```
 */
export function decodeImage(
  options: DecodeImageOptions,
): OperatorFunction<EncodedImage, DecodedImage> {
  const { permits, limits = {}, reading = {}, tolerant, decoder, shrinkTo } = options;
  const pixelOptions: DecodePixelsOptions = { ...limits, ...reading, tolerant, decoder, shrinkTo };
  checkDecodeOptions(pixelOptions);
  return mapInOrder(async ({ bytes, ...planned }, ended) => {
    const pixels = await permits.use(async () => {
      try {
        return await decodePixels(bytes, pixelOptions);
      } catch (error) {
        throw cannotDecode(planned.id, error);
      }
    }, ended);
    const { repaired, ...image } = pixels;
    return { ...planned, image, ...(repaired === undefined ? {} : { repaired }) };
  });
}
