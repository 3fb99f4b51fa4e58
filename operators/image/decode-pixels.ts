import type { RgbImage } from '../types.ts';
import { sharp } from './sharp-setup.ts';

/** Resource limits of one decode. */
export interface DecodeLimits {
  /** Width × height before any shrinking, 1 or more. @default 64,000,000 */
  readonly maxPixels?: number | undefined;
  /** Seconds from the opening of the file to its last pixel, 1 to 3600. @default 30 */
  readonly timeoutSeconds?: number | undefined;
}

/** Options of decoding. */
export interface DecodePixelsOptions extends DecodeLimits {
  /**
   * Shorter side, in pixels, to which a larger image is shrunk while it loads; 1 or more. Smaller
   * images are left alone. `shrinkTarget` says what a recipe needs. @default the size of the file
   */
  readonly shrinkTo?: number | undefined;
}

/**
 * The pixels of a JPEG, PNG or WebP file, upright, as 8-bit sRGB. The same bytes give the same pixels.
 *
 * EXIF orientation is applied. Palette, grey, 16-bit and CMYK images are converted, an embedded colour
 * profile is honoured, transparency is laid on white (most often the page that the image was made
 * for). Of an animation the first frame is taken. A damaged file is refused, also when a viewer would
 * show parts of it: any warning of the decoder counts.
 *
 * Memory while it runs: a few rows beside the result when the image is shrunk, and the decoded file
 * when it is progressive, interlaced or turned.
 *
 * @throws {RangeError} When an option is out of range.
 * @throws {Error} libvips' own error when the file cannot be decoded within the limits.
 */
export async function decodePixels(
  bytes: Uint8Array,
  options: DecodePixelsOptions = {},
): Promise<RgbImage> {
  checkDecodeOptions(options);
  const { maxPixels = 64_000_000, timeoutSeconds = 30, shrinkTo } = options;
  const file = sharp(bytes, { autoOrient: true, failOn: 'warning', limitInputPixels: maxPixels });
  if (shrinkTo !== undefined) {
    file.resize(shrinkTo, shrinkTo, { fit: 'outside', withoutEnlargement: true });
  }
  // Not `toUint8Array`: in sharp 0.35.5 it never frees its native copy of the pixels.
  const { data, info } = await file
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .timeout({ seconds: timeoutSeconds })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  if (data.byteLength !== width * height * 3) {
    throw new Error(`Expected 3 channels of 8 bits, got ${info.channels} in ${data.length} bytes`);
  }
  return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** @throws {RangeError} When an option is out of range. */
export function checkDecodeOptions(options: DecodePixelsOptions): void {
  checkInteger('maxPixels', options.maxPixels, Number.MAX_SAFE_INTEGER);
  checkInteger('timeoutSeconds', options.timeoutSeconds, 3600);
  checkInteger('shrinkTo', options.shrinkTo, 2 ** 24 - 1);
}

function checkInteger(name: string, value: number | undefined, largest: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= largest)) return;
  throw new RangeError(
    `Expected \`${name}\` to be an integer from 1 to ${largest}, got \`${value}\``,
  );
}
