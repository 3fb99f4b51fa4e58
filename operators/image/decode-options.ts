import type { RgbImage } from '../types.ts';
import type { ImageReading } from './image-reading.ts';

/** Default of the largest image, in pixels: 64 million. */
export const defaultMaxPixels = 64_000_000;

/** Default of the largest image file, in bytes: 64 MiB. */
export const defaultMaxBytes: number = 64 * 2 ** 20;

/** Resource limits of one decode. */
export interface DecodeLimits {
  /** Width × height before any shrinking, 1 or more. @default 64,000,000 */
  readonly maxPixels?: number | undefined;
  /** Seconds from the opening of the file to its last pixel, 1 to 3600. @default 30 */
  readonly timeoutSeconds?: number | undefined;
}

/** Decoders of images, the default first: what is quickest for each file, or one for all. The pixels are the same. */
export const imageDecoders: readonly ['auto', 'sharp'] = ['auto', 'sharp'];

/** Decoder of images. */
export type ImageDecoder = (typeof imageDecoders)[number];

/** Options of decoding. */
export interface DecodePixelsOptions extends DecodeLimits, ImageReading {
  /**
   * Decoder: `sharp` for all formats that it reads, or `auto`, which leaves plain small JPEGs to libjpeg-turbo in
   * WebAssembly. The pixels and the errors are the same. @default 'auto'
   */
  readonly decoder?: ImageDecoder | undefined;
  /**
   * Use files that are damaged around their pixels, such as a JPEG without its end; see `README.md`. @default false
   */
  readonly tolerant?: boolean | undefined;
  /**
   * Shorter side, in pixels, to which a larger image is shrunk while it loads; 1 or more. Smaller
   * images are left alone. `shrinkTarget` says what a recipe needs. @default the size of the file
   */
  readonly shrinkTo?: number | undefined;
}

/** Pixels of a file. */
export interface DecodedPixels extends RgbImage {
  /** What was repaired to get at them, such as "it has no end-of-image marker"; absent when nothing was. */
  readonly repaired?: string | undefined;
}
