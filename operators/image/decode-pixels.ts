import { isMainThread } from 'node:worker_threads';
import { messageOf, PipelineError } from '../errors.ts';
import type { RgbImage } from '../types.ts';
import { bmpPixels } from './bmp-pixels.ts';
import {
  type DecodedPixels,
  type DecodePixelsOptions,
  defaultMaxPixels,
  imageDecoders,
} from './decode-options.ts';
import { withEarlyExif } from './early-exif.ts';
import { fastJpeg } from './fast-jpeg/fast-jpeg.ts';
import { firstTiffPage } from './first-tiff-page.ts';
import { foreignFile } from './foreign-files.ts';
import { gifPixels } from './gif-pixels.ts';
import { type ImageFormat, imageFormat, imageFormats } from '../image-formats.ts';
import { checkReading } from './image-reading.ts';
import { hasEnd, jpegBits, jpegComponents, jpegShorterSide } from './jpeg-segments.ts';
import { repairedFile, withoutLeading } from './repair-file.ts';
import type { RepairedFile } from './repaired-file.ts';
import { finishedPixels, nativePixels } from './native-pixels.ts';
import { pnmPixels } from './pnm-pixels.ts';
import { type RawPixels, type SizeCheck, UnreadableFile } from './raw-pixels.ts';
import { sharp } from './sharp-setup.ts';
import { singleAvif } from './single-avif.ts';

/**
 * The pixels of a JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP or PNM file, upright, as 8-bit sRGB. The format is that of the
 * content, whatever the name. The same bytes give the same pixels.
 *
 * EXIF orientation is applied. Palette, grey, 16-bit and CMYK images are converted, an embedded colour
 * profile is honoured, transparency is laid on white (most often the page that the image was made
 * for): `ImageReading` has the switches. Of an animation the first frame is taken, of several pages the first. A
 * damaged file is refused, also when a viewer would show parts of it: any warning of the decoder counts. With `tolerant`
 * one whose pixels are all there is repaired in memory; one of which pixels are missing is refused all the same.
 *
 * Memory while it runs: a few rows beside the result when the image is shrunk, and the decoded file
 * when it is progressive, interlaced, turned, or no JPEG, PNG or WebP.
 *
 * @throws {RangeError} When an option is out of range.
 * @throws {PipelineError} `ERR_DECODE` when the file cannot be decoded within the limits. The message is a function of
 * the file and the options; the decoder's own error is its `cause`.
 * @see `README.md` beside this file: every format and feature, beside what Pillow does.
 */
export async function decodePixels(
  bytes: Uint8Array,
  options: DecodePixelsOptions = {},
): Promise<DecodedPixels> {
  checkDecodeOptions(options);
  const format = imageFormat(bytes);
  if (format === undefined) return await behindWhiteSpace(bytes, options);
  try {
    return await decoders[format](bytes, options);
  } catch (error) {
    const reason = await refusal(format, bytes, options, error);
    const isDamage = !reason.options.includes('maxPixels') && !isTimeout(error);
    const file = isDamage ? repairedFile(format, bytes) : undefined;
    if (file === undefined) throw reason;
    return await decodeRepaired(format, file, options, reason);
  }
}

/** The pixels of a repaired file, when the strict decoder takes it; told is only what was assumed. */
async function decodeRepaired(
  format: ImageFormat,
  { bytes, told }: RepairedFile,
  options: DecodePixelsOptions,
  reason: PipelineError,
): Promise<DecodedPixels> {
  let image: RgbImage;
  try {
    image = await decoders[format](bytes, options);
  } catch {
    // What is wrong with the file itself, not with what was made of it.
    throw reason;
  }
  return told.length === 0 ? image : tolerated(image, told.join(', '), options, reason.cause);
}

/** An image that was repaired, where that is accepted. */
function tolerated(
  image: RgbImage,
  repaired: string,
  { tolerant = false }: DecodePixelsOptions,
  cause?: unknown,
): DecodedPixels {
  if (tolerant) return { ...image, repaired };
  throw new PipelineError('ERR_DECODE', `${repaired}; \`tolerant: true\` uses it all the same`, {
    cause,
    options: ['tolerant'],
  });
}

/** A file that begins with white space, or one that is not read. */
async function behindWhiteSpace(
  bytes: Uint8Array,
  options: DecodePixelsOptions,
): Promise<DecodedPixels> {
  const file = withoutLeading(bytes);
  if (file === undefined) throw new PipelineError('ERR_DECODE', foreignFile(bytes));
  const { repaired, ...image } = await decodePixels(file.bytes, { ...options, tolerant: true });
  const all = repaired === undefined ? file.told : [...file.told, repaired];
  return tolerated(image, all.join(', '), options);
}

type Decoder = (bytes: Uint8Array, options: DecodePixelsOptions) => Promise<RgbImage>;

const decoders: Readonly<Record<ImageFormat, Decoder>> = {
  jpeg: async (bytes, options) =>
    (await plainPixels(bytes, options)) ?? (await endedPixels(bytes, options)),
  png: (bytes, options) =>
    nativePixels(options.exif === 'ignore' ? bytes : withEarlyExif(bytes), options),
  webp: (bytes, options) => nativePixels(bytes, options),
  avif: async (bytes, options) => await nativePixels(singleAvif(bytes), options),
  tiff: async (bytes, options) => {
    const page = firstTiffPage(bytes);
    return await nativePixels(page.bytes, options, page.inkBits);
  },
  gif: ours(gifPixels),
  bmp: ours(bmpPixels),
  pnm: ours(pnmPixels),
};

/**
 * Largest JPEG that is decoded on the main thread, in pixels: its 0.2 ms are less than what it costs there to have sharp do
 * it on another. Other threads have nothing else to do.
 */
const mostOnMainThread = 10_000;

/** The pixels of a plain small JPEG; undefined of another, and when sharp is asked for. */
async function plainPixels(
  bytes: Uint8Array,
  options: DecodePixelsOptions,
): Promise<RgbImage | undefined> {
  if (options.decoder === 'sharp') return undefined;
  const fast = await fastJpeg();
  return fast?.pixels(bytes, isMainThread ? { ...options, mostPixels: mostOnMainThread } : options);
}

/**
 * The pixels of a JPEG that has its end. libvips does not look for it when enough bytes stand behind the header: zeros, as
 * a broken download leaves them, are codes too.
 */
async function endedPixels(bytes: Uint8Array, options: DecodePixelsOptions): Promise<RgbImage> {
  const isInk = options.icc === 'ignore' && jpegComponents(bytes) === 4;
  const pixels = await nativePixels(bytes, withoutIdleShrink(bytes, options), isInk ? 8 : 0);
  if (!hasEnd(bytes)) throw new Error('no end-of-image marker');
  return pixels;
}

/** Without a shrink that leaves the size as it is: asking sharp for one costs a sixth of the decoding all the same. */
function withoutIdleShrink(bytes: Uint8Array, options: DecodePixelsOptions): DecodePixelsOptions {
  const { shrinkTo = Infinity } = options;
  const side = jpegShorterSide(bytes);
  return side > 0 && side <= shrinkTo ? { ...options, shrinkTo: undefined } : options;
}

/** Decoder of a format that is read by code of ours. */
function ours(read: (bytes: Uint8Array, check: SizeCheck) => RawPixels): Decoder {
  return async (bytes, options) => {
    const { maxPixels = defaultMaxPixels } = options;
    const pixels = read(bytes, (width, height) => {
      if (width * height > maxPixels) throw tooManyPixels(width, height, maxPixels);
    });
    return await finishedPixels(pixels, options);
  };
}

/**
 * Reproducible reason of a failed decode: it is written into results.
 *
 * The decoder's own details are not. libvips collects them in one place for the whole process, so decodes that
 * fail at the same time lose lines or get each other's. They stay in the `cause`.
 */
async function refusal(
  format: ImageFormat,
  bytes: Uint8Array,
  { maxPixels = defaultMaxPixels }: DecodePixelsOptions,
  cause: unknown,
): Promise<PipelineError> {
  if (cause instanceof PipelineError) return cause;
  const message = messageOf(cause);
  if (cause instanceof UnreadableFile) return new PipelineError('ERR_DECODE', message, { cause });
  if (message.startsWith('Input image exceeds pixel limit')) {
    const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return tooManyPixels(width, height, maxPixels, cause);
  }
  // What this file says itself, and what sharp says before the details.
  const own = /^Expected .*/u.exec(message)?.[0];
  const { name } = imageFormats[format];
  const bits = format === 'jpeg' ? jpegBits(bytes) : 8;
  const reason = isTimeout(cause)
    ? 'it takes too long'
    : bits !== 8
      ? `it is a JPEG of ${bits} bits a value, which is not read; convert it to PNG`
      : message.startsWith('Input ')
        ? `its ${name} header is damaged or of a kind that is not read`
        : `the ${name} file is damaged`;
  return new PipelineError('ERR_DECODE', own ?? reason, { cause });
}

function isTimeout(error: unknown): boolean {
  return messageOf(error).startsWith('timeout');
}

function tooManyPixels(
  width: number,
  height: number,
  maxPixels: number,
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
  checkDecoder(options.decoder);
  checkReading(options);
}

function checkDecoder(decoder: string | undefined): void {
  if (decoder === undefined || imageDecoders.some((one) => one === decoder)) return;
  throw new RangeError(`Expected \`decoder\` to be \`auto\` or \`sharp\`, got \`${decoder}\``);
}

function checkInteger(name: string, value: number | undefined, largest: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= largest)) return;
  throw new RangeError(
    `Expected \`${name}\` to be an integer from 1 to ${largest}, got \`${value}\``,
  );
}
