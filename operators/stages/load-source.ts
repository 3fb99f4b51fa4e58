import { PipelineError } from '../errors.ts';
import type { Permits } from '../flow/permits.ts';
import { type DecodePixelsOptions, defaultMaxBytes } from '../image/decode-options.ts';
import { checkDecodeOptions } from '../image/decode-pixels.ts';
import { type ImageLoader, imageLoader } from '../loading/image-loader.ts';
import type { ImageWorkers } from '../loading/image-workers.ts';
import type { LoadTarget } from '../loading/load-calls.ts';
import type { PixelCache } from '../loading/pixel-cache.ts';
import type { Dataset } from '../types.ts';

/** Images, and how they are read and decoded. */
export interface LoadSource {
  /** Borrowed. */
  readonly dataset: Pick<Dataset, 'read' | 'locate' | 'content' | 'limitsReads'>;
  /** Reads of the calling thread at the same time, where neither threads nor the dataset bound them. */
  readonly permits: Permits;
  /** Largest file accepted, in bytes, 1 or more. @default 64 MiB */
  readonly maxBytes?: number | undefined;
  /**
   * Identify the content of each file: by `Dataset.content`, else by the SHA-256 of its bytes; `read` only of those that
   * are read, which images that a `cache` keeps are not. @default false
   */
  readonly identify?: boolean | 'read' | undefined;
  /** @default as `decodePixels` */
  readonly decoding?: DecodePixelsOptions | undefined;
  /** Decoded images of earlier epochs. Borrowed; of these workers alone. @default none are kept */
  readonly cache?: PixelCache | undefined;
}

/** @throws {RangeError} When an option is out of range. */
export function loaderOf(
  { pool }: ImageWorkers,
  { maxBytes = defaultMaxBytes, decoding = {}, ...source }: LoadSource,
  target: LoadTarget,
): ImageLoader {
  if (!Number.isInteger(maxBytes) || maxBytes < 1) {
    throw new RangeError(
      `Expected \`maxBytes\` to be an integer of at least 1, got \`${maxBytes}\``,
    );
  }
  checkDecodeOptions(decoding);
  if (source.cache !== undefined && source.identify === true) {
    throw new PipelineError(
      'ERR_CONTRACT',
      'Expected no `cache` where images are identified: one that is kept has no file to identify.',
    );
  }
  return imageLoader(pool, { ...source, maxBytes, decoding, target });
}
