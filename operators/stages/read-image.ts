import type { OperatorFunction } from 'rxjs';
import { bytesOfImage } from '../bytes-of-image.ts';
import { fileTooLarge } from '../file-too-large.ts';
import { imageContent } from '../image-content.ts';
import type { Permits } from '../flow/permits.ts';
import { boundedRead } from '../loading/bounded-read.ts';
import { mapInOrder } from '../flow/map-in-order.ts';
import { defaultMaxBytes } from '../image/decode-options.ts';
import type { Dataset, EncodedImage, PlannedSample } from '../types.ts';

/** Options of reading. */
export interface ReadImageOptions {
  /** Reads at the same time. Reading waits on a disk or a network, so these are not the decode permits. */
  readonly permits: Permits;
  /** Largest file accepted, in bytes, 1 or more. @default 64 MiB */
  readonly maxBytes?: number | undefined;
  /** Identify the content of each file: by `Dataset.content`, else by the SHA-256 of the bytes that were read. @default false */
  readonly identify?: boolean | undefined;
}

/**
 * Reads the file of each planned sample, in order.
 *
 * Unsubscribing gives up the place in the line for a permit and aborts the running read.
 *
 * Errors: `ERR_READ`, naming the sample, when the dataset cannot read it or it is above `maxBytes`.
 *
 * @param dataset Borrowed.
 * @throws {RangeError} When `maxBytes` is not an integer of at least 1.
 * @example
 * ```ts
 * import { openDataset } from 'sincere-embeddings/datasets';
 *
 * const photos = await openDataset('photos');
 * const read = readImage(photos, { permits: permits(16) });
 * ```
 */
export function readImage(
  dataset: Dataset,
  options: ReadImageOptions,
): OperatorFunction<PlannedSample, EncodedImage> {
  const { permits, maxBytes = defaultMaxBytes, identify = false } = options;
  if (!Number.isInteger(maxBytes) || maxBytes < 1) {
    throw new RangeError(
      `Expected \`maxBytes\` to be an integer of at least 1, got \`${maxBytes}\``,
    );
  }
  return mapInOrder((planned, ended) =>
    boundedRead(
      { dataset, permits },
      async () => {
        const bytes = bytesOfImage(
          planned.id,
          await dataset.read(planned.position, ended, maxBytes),
        );
        if (bytes.byteLength > maxBytes) throw fileTooLarge(planned.id, bytes.byteLength, maxBytes);
        if (!identify) return { ...planned, bytes };
        return {
          ...planned,
          bytes,
          content: dataset.content?.(planned.position) ?? imageContent(bytes),
        };
      },
      ended,
    ),
  );
}
