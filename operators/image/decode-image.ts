import type { OperatorFunction } from 'rxjs';
import { messageOf, PipelineError } from '../errors.ts';
import { mapInOrder } from '../flow/map-in-order.ts';
import type { Permits } from '../flow/permits.ts';
import type { DecodedImage, EncodedImage, RgbImage } from '../types.ts';
import { sharp } from './sharp-setup.ts';

/** What a file may cost before it is refused. */
export interface DecodeLimits {
  /** Width × height before any shrinking, 1 or more. @default 64,000,000 */
  readonly maxPixels?: number | undefined;
  /** Seconds from the opening of the file to its last pixel, 1 to 3600. @default 30 */
  readonly timeoutSeconds?: number | undefined;
}

/** How pixels are decoded. */
export interface DecodePixelsOptions extends DecodeLimits {
  /**
   * Shorter side, in pixels, to which a larger image is shrunk while it loads; 1 or more. Smaller
   * images are left alone. `shrinkTarget` says what a recipe needs. @default the size of the file
   */
  readonly shrinkTo?: number | undefined;
}

/** What the operator needs besides the pixels' options. */
export interface DecodeImageOptions {
  /** Native decodes at the same time: the number of cores. */
  readonly permits: Permits;
  readonly limits?: DecodeLimits | undefined;
  /** As in `DecodePixelsOptions`. */
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
 */
export function decodeImage(
  options: DecodeImageOptions,
): OperatorFunction<EncodedImage, DecodedImage> {
  const { permits, limits = {}, shrinkTo } = options;
  const pixelOptions: DecodePixelsOptions = { ...limits, shrinkTo };
  checkOptions(pixelOptions);
  return mapInOrder(async ({ bytes, ...planned }, ended) => {
    const image = await permits.use(async () => {
      try {
        return await decodePixels(bytes, pixelOptions);
      } catch (error) {
        throw unreadable(planned.id, error);
      }
    }, ended);
    return { ...planned, image };
  });
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
  checkOptions(options);
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

function checkOptions(options: DecodePixelsOptions): void {
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

function unreadable(id: string, cause: unknown): PipelineError {
  return new PipelineError(
    'ERR_DECODE',
    `Cannot decode \`${id}\` as JPEG, PNG or WebP: ${decodeReason(cause)}`,
    { sample: id, cause },
  );
}

/**
 * Why a file cannot be decoded, in words that are the same each time: they are written into results.
 *
 * The decoder's own details are not. libvips collects them in one place for the whole process, so decodes that
 * fail at the same time lose lines or get each other's. They stay in the `cause`.
 */
function decodeReason(cause: unknown): string {
  const message = messageOf(cause);
  // What sharp and this file say themselves, and what comes before the details.
  const own = /^(?:Input \w+ [^:]*|Expected .*)/iu.exec(message)?.[0];
  if (own !== undefined) return own;
  return message.startsWith('timeout') ? 'it takes too long' : 'the file is damaged';
}
