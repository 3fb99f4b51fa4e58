import type { Sharp, SharpOptions } from 'sharp';
import type { RgbImage } from '../types.ts';
import { rgbOfCmyk } from './cmyk.ts';
import { type DecodePixelsOptions, defaultMaxPixels } from './decode-options.ts';
import type { RawPixels } from './raw-pixels.ts';
import { sharp } from './sharp-setup.ts';

/**
 * Pixels of a file that libvips reads, converted, turned and shrunk as asked.
 *
 * @param isCmyk The file holds amounts of four inks.
 * @throws {Error} libvips' own error; any warning of the decoder counts.
 */
export async function nativePixels(
  bytes: Uint8Array,
  options: DecodePixelsOptions,
  isCmyk: boolean,
): Promise<RgbImage> {
  const { exif = 'apply', icc = 'apply' } = options;
  const file = opened(bytes, options, {
    autoOrient: exif === 'apply',
    ignoreIcc: icc === 'ignore',
    failOn: 'warning',
  });
  // Without a profile libvips would take one of its own for inks.
  const inks = isCmyk && icc === 'ignore';
  if (inks) file.pipelineColourspace('cmyk');
  const pixels = await finished(file, options, inks ? 'cmyk' : 'srgb');
  return inks ? { ...pixels, data: rgbOfCmyk(pixels.data) } : pixels;
}

/** Pixels that a reader of ours took from a file, shrunk and laid on white as asked. */
export async function finishedPixels(
  { width, height, channels, data }: RawPixels,
  options: DecodePixelsOptions,
): Promise<RgbImage> {
  const { shrinkTo = Infinity } = options;
  if (channels === 3 && Math.min(width, height) <= shrinkTo) return { width, height, data };
  return await finished(
    opened(data, options, { raw: { width, height, channels } }),
    options,
    'srgb',
  );
}

function opened(bytes: Uint8Array, options: DecodePixelsOptions, more: SharpOptions): Sharp {
  return sharp(bytes, { ...more, limitInputPixels: options.maxPixels ?? defaultMaxPixels });
}

async function finished(
  file: Sharp,
  { alpha = 'white', shrinkTo, timeoutSeconds = 30 }: DecodePixelsOptions,
  space: 'srgb' | 'cmyk',
): Promise<RgbImage> {
  if (shrinkTo !== undefined) {
    file.resize(shrinkTo, shrinkTo, { fit: 'outside', withoutEnlargement: true });
  }
  if (alpha === 'drop') file.removeAlpha();
  else file.flatten({ background: '#ffffff' });
  // Not `toUint8Array`: in sharp 0.35.5 it never frees its native copy of the pixels.
  const { data, info } = await file
    .toColourspace(space)
    .timeout({ seconds: timeoutSeconds })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const expected = space === 'cmyk' ? 4 : 3;
  if (data.byteLength !== width * height * expected) {
    throw new Error(
      `Expected ${expected} channels of 8 bits, got ${channels} in ${data.length} bytes`,
    );
  }
  return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
