import { messageOf, PipelineError } from '../errors.ts';
import type { RgbImage } from '../types.ts';
import { rgbOfCmyk } from './cmyk.ts';
import { type DecodeLimits, defaultMaxPixels } from './decode-limits.ts';
import { checkReading, type ImageReading } from './image-reading.ts';
import { jpegComponents } from './jpeg-segments.ts';
import { sharp } from './sharp-setup.ts';

/** Options of decoding. */
export interface DecodePixelsOptions extends DecodeLimits, ImageReading {
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
 * for): `ImageReading` has the switches. Of an animation the first frame is taken. A damaged file is
 * refused, also when a viewer would show parts of it: any warning of the decoder counts.
 *
 * Memory while it runs: a few rows beside the result when the image is shrunk, and the decoded file
 * when it is progressive, interlaced or turned.
 *
 * @throws {RangeError} When an option is out of range.
 * @throws {PipelineError} `ERR_DECODE` when the file cannot be decoded within the limits. The message is a function of
 * the file and the options; the decoder's own error is its `cause`.
 */
export async function decodePixels(
  bytes: Uint8Array,
  options: DecodePixelsOptions = {},
): Promise<RgbImage> {
  checkDecodeOptions(options);
  try {
    return await nativePixels(bytes, options);
  } catch (error) {
    throw await refusal(bytes, options, error);
  }
}

async function nativePixels(bytes: Uint8Array, options: DecodePixelsOptions): Promise<RgbImage> {
  const { maxPixels = defaultMaxPixels, timeoutSeconds = 30, shrinkTo } = options;
  const { exif = 'apply', icc = 'apply', alpha = 'white' } = options;
  const file = sharp(bytes, {
    autoOrient: exif === 'apply',
    ignoreIcc: icc === 'ignore',
    failOn: 'warning',
    limitInputPixels: maxPixels,
  });
  if (shrinkTo !== undefined) {
    file.resize(shrinkTo, shrinkTo, { fit: 'outside', withoutEnlargement: true });
  }
  if (alpha === 'drop') file.removeAlpha();
  else file.flatten({ background: '#ffffff' });
  // Without a profile libvips would take one of its own for inks.
  const inks = icc === 'ignore' && jpegComponents(bytes) === 4;
  if (inks) file.pipelineColourspace('cmyk');
  // Not `toUint8Array`: in sharp 0.35.5 it never frees its native copy of the pixels.
  const { data, info } = await file
    .toColourspace(inks ? 'cmyk' : 'srgb')
    .timeout({ seconds: timeoutSeconds })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (data.byteLength !== width * height * (inks ? 4 : 3)) {
    throw new Error(`Expected 3 channels of 8 bits, got ${channels} in ${data.length} bytes`);
  }
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { width, height, data: inks ? rgbOfCmyk(pixels) : pixels };
}

/**
 * Reproducible reason of a failed decode: it is written into results.
 *
 * The decoder's own details are not. libvips collects them in one place for the whole process, so decodes that
 * fail at the same time lose lines or get each other's. They stay in the `cause`.
 */
async function refusal(
  bytes: Uint8Array,
  options: DecodePixelsOptions,
  cause: unknown,
): Promise<PipelineError> {
  const message = messageOf(cause);
  if (message.startsWith('Input image exceeds pixel limit')) {
    const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return tooManyPixels(width, height, options.maxPixels, cause);
  }
  // What sharp and this file say themselves, and what comes before the details.
  const own = /^(?:Input \w+ [^:]*|Expected .*)/iu.exec(message)?.[0];
  const reason = message.startsWith('timeout') ? 'it takes too long' : 'the file is damaged';
  return new PipelineError('ERR_DECODE', own ?? reason, { cause });
}

function tooManyPixels(
  width: number,
  height: number,
  maxPixels: number = defaultMaxPixels,
  cause?: unknown,
): PipelineError {
  return new PipelineError(
    'ERR_DECODE',
    `it has ${width} × ${height} = ${width * height} pixels, more than \`maxPixels: ${maxPixels}\` allows. ` +
      'Shrink the image, or raise the limit',
    { cause, options: ['maxPixels'] },
  );
}

/** @throws {RangeError} When an option is out of range. */
export function checkDecodeOptions(options: DecodePixelsOptions): void {
  checkInteger('maxPixels', options.maxPixels, Number.MAX_SAFE_INTEGER);
  checkInteger('timeoutSeconds', options.timeoutSeconds, 3600);
  checkInteger('shrinkTo', options.shrinkTo, 2 ** 24 - 1);
  checkReading(options);
}

function checkInteger(name: string, value: number | undefined, largest: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= largest)) return;
  throw new RangeError(
    `Expected \`${name}\` to be an integer from 1 to ${largest}, got \`${value}\``,
  );
}
