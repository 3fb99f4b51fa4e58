import type { Sharp, SharpOptions } from 'sharp';
import type { RgbImage } from '../types.ts';
import { rgbOfCmyk } from './cmyk.ts';
import { type DecodePixelsOptions, defaultMaxPixels } from './decode-options.ts';
import { hasForeignProfile } from './foreign-profile.ts';
import type { RawPixels } from './raw-pixels.ts';
import { sharp } from './sharp-setup.ts';

/**
 * Pixels of a file that libvips reads, converted, turned and shrunk as asked.
 *
 * @param inkBits Bits of an amount of ink, of a file that holds four of them a pixel; 0 of others.
 * @throws {Error} libvips' own error; any warning of the decoder counts.
 */
export async function nativePixels(
  bytes: Uint8Array,
  options: DecodePixelsOptions,
  inkBits: InkBits = 0,
): Promise<RgbImage> {
  const { exif = 'apply', icc = 'apply' } = options;
  const file = opened(bytes, options, {
    autoOrient: exif === 'apply',
    ignoreIcc: icc === 'ignore' || hasForeignProfile(bytes),
    failOn: 'warning',
  });
  // Without a profile libvips would take one of its own for inks.
  const bits = icc === 'ignore' ? inkBits : 0;
  if (bits === 0) return await finished(file, options);
  file.pipelineColourspace('cmyk');
  const pixels = await finished(file, options, bits);
  return { ...pixels, data: rgbOfCmyk(pixels.data) };
}

/** Bits of an amount of ink; 0 where there are none. */
type InkBits = 0 | 8 | 16;

/** Pixels that a reader of ours took from a file, shrunk and laid on white as asked. */
export async function finishedPixels(
  { width, height, channels, data }: RawPixels,
  options: DecodePixelsOptions,
): Promise<RgbImage> {
  const { shrinkTo = Infinity } = options;
  if (channels === 3 && Math.min(width, height) <= shrinkTo) return { width, height, data };
  return await finished(opened(data, options, { raw: { width, height, channels } }), options);
}

function opened(bytes: Uint8Array, options: DecodePixelsOptions, more: SharpOptions): Sharp {
  return sharp(bytes, { ...more, limitInputPixels: options.maxPixels ?? defaultMaxPixels });
}

async function finished(
  file: Sharp,
  options: DecodePixelsOptions,
  inkBits: InkBits = 0,
): Promise<RgbImage> {
  const { alpha = 'white', shrinkTo, timeoutSeconds = 30 } = options;
  if (inkBits === 0 && (await weighsByAlpha(file, options))) {
    const whole = await finished(file, { ...options, shrinkTo: undefined });
    return await finishedPixels({ ...whole, channels: 3 }, options);
  }
  if (shrinkTo !== undefined) {
    file.resize(shrinkTo, shrinkTo, { fit: 'outside', withoutEnlargement: true });
  }
  if (alpha === 'drop') file.removeAlpha();
  else file.flatten({ background: '#ffffff' });
  // Not `toUint8Array`: in sharp 0.35.5 it never frees its native copy of the pixels.
  const { data, info } = await file
    .toColourspace(inkBits === 0 ? 'srgb' : 'cmyk')
    .timeout({ seconds: timeoutSeconds })
    .raw({ depth: inkBits === 16 ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const expected = inkBits === 0 ? 3 : inkBits / 2;
  if (data.byteLength !== width * height * expected) {
    throw new Error(`Expected ${expected} bytes a pixel, got ${channels} in ${data.length} bytes`);
  }
  const values = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { width, height, data: inkBits === 16 ? upperBytes(values) : values };
}

/**
 * Tests whether sharp would shrink by weights of an alpha that is to be dropped: it drops it last, and colours under full
 * transparency would be black by then.
 */
async function weighsByAlpha(
  file: Sharp,
  { alpha, shrinkTo = Infinity }: DecodePixelsOptions,
): Promise<boolean> {
  if (alpha !== 'drop' || shrinkTo === Infinity) return false;
  const { hasAlpha, width, height } = await file.metadata();
  return hasAlpha && Math.min(width, height) > shrinkTo;
}

/** The upper byte of each value of 16 bits. */
function upperBytes(values: Uint8Array): Uint8Array {
  const words = new Uint16Array(values.buffer, values.byteOffset, values.length / 2);
  return Uint8Array.from(words, (word) => word >> 8);
}
