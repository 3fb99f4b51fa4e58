import { crc32 } from 'node:zlib';
import { sharp } from '../../operators/image/sharp-setup.ts';
import { pngBomb } from './hostile-images.ts';
import { smallFrameGif } from './image-files.ts';
import { jpegExif, jpegProfile, plainJpegs, segmentOf, withSegment } from './odd-jpegs.ts';

/** A file that may do harm, and what becomes of it: an image of this size, or a refusal with this reason. */
export interface HostileCase {
  readonly bytes: Uint8Array;
  readonly outcome: readonly [width: number, height: number] | RegExp;
}

const tooLarge = /pixels, more than `maxPixels: 64000000` allows/;
const damaged = /file is damaged|its \w+ header is damaged/;

/** The hostile files of `operators/image/README.md`, by the names that they have there. */
export async function hostileCases(): Promise<Readonly<Record<string, HostileCase>>> {
  const { 'plain.jpg': jpeg, 'cmyk.jpg': cmyk } = await plainJpegs();
  if (jpeg === undefined || cmyk === undefined) throw new Error('never');
  const as = (bytes: Uint8Array, outcome: HostileCase['outcome']): HostileCase => ({
    bytes,
    outcome,
  });
  const size = [40, 32] as const;
  const turned = [32, 40] as const;
  const sides = (width: number, height: number): Buffer => withSides(jpeg, width, height);
  const orientations = Array.from({ length: 8 }, (_, at) => [
    `JPEG: EXIF orientation ${at + 1}`,
    as(withSegment(jpeg, jpegExif(at + 1)), at < 4 ? size : turned),
  ]);
  const cuts = Array.from({ length: 9 }, (_, at) => [
    `JPEG: cut at ${at + 1} tenths`,
    as(jpeg.subarray(0, Math.trunc(((at + 1) * jpeg.length) / 10)), damaged),
  ]);
  const text = (content: string): Buffer => Buffer.from(content);
  const animated = await animation();
  const wide = await sharp(jpeg).withIccProfile('p3').jpeg().toBuffer();
  return {
    'PNG: 16,000 × 16,000 in 30 KB': as(pngBomb(16_000), tooLarge),
    'PNG: sides of 65,535': as(emptyPng(65_535), tooLarge),
    'JPEG: sides of 65,500': as(sides(65_500, 65_500), tooLarge),
    'JPEG: sides of 65,535': as(sides(65_535, 65_535), damaged),
    'JPEG: 65,500 × 100': as(sides(65_500, 100), damaged),
    'JPEG: a side of 0': as(sides(0, 32), damaged),
    'GIF: a screen of 65,535': as(smallFrameGif(65_535, 65_535), tooLarge),
    'TIFF: sides of 65,535': as(await hugeTiff(), tooLarge),
    'SVG that refers to a file': as(
      text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>',
      ),
      /SVG/,
    ),
    'SVG with entities upon entities': as(
      text(
        '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><svg>&b;</svg>',
      ),
      /SVG/,
    ),
    'JPEG: CMYK': as(cmyk, size),
    'PNG: 16 bits': as(await sharp(jpeg).toColourspace('rgb16').png().toBuffer(), size),
    'GIF: animated': as(animated.gif, [8, 8]),
    'WebP: animated': as(animated.webp, [8, 8]),
    ...Object.fromEntries(orientations),
    'JPEG: EXIF orientation 0': as(withSegment(jpeg, jpegExif(0)), size),
    'JPEG: EXIF orientation 9': as(withSegment(jpeg, jpegExif(9)), size),
    'JPEG: EXIF of noise': as(
      withSegment(jpeg, segmentOf(0xe1, Buffer.concat([text('Exif\0\0'), noise(300)]))),
      size,
    ),
    'JPEG: EXIF that points beyond its end': as(
      withSegment(jpeg, segmentOf(0xe1, text('Exif\0\0II*\0\xff\xff\xff\x7f'))),
      size,
    ),
    'JPEG: profile of Display P3': as(wide, size),
    'JPEG: profile of CIELAB': as(withSegment(jpeg, jpegProfile(labProfile())), size),
    'JPEG: profile of noise': as(withSegment(jpeg, jpegProfile(noise(500))), size),
    'PNG: transparent': as(await sharp(jpeg).ensureAlpha(0.5).png().toBuffer(), size),
    ...Object.fromEntries(cuts),
    'no bytes': as(Buffer.alloc(0), /empty/),
    '4,096 zeros': as(Buffer.alloc(4096), /zeros/),
    'JPEG: zeros behind its header': as(
      Buffer.concat([
        jpeg.subarray(0, jpeg.indexOf(Buffer.of(0xff, 0xda)) + 14),
        Buffer.alloc(4096),
      ]),
      damaged,
    ),
  };
}

/** A JPEG that says it has these sides. */
function withSides(jpeg: Buffer, width: number, height: number): Buffer {
  const changed = Buffer.from(jpeg);
  const frame = changed.indexOf(Buffer.of(0xff, 0xc0));
  changed.writeUInt16BE(height, frame + 5);
  changed.writeUInt16BE(width, frame + 7);
  return changed;
}

/** A PNG that says it has these sides, and has no pixels. */
function emptyPng(side: number): Buffer {
  const png = pngBomb(1);
  const header = png.subarray(12, 29);
  header.writeUInt32BE(side, 4);
  header.writeUInt32BE(side, 8);
  png.writeUInt32BE(crc32(header), 29);
  return png;
}

/** A TIFF that says it has sides of 65,535. */
async function hugeTiff(): Promise<Buffer> {
  const tiff = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#fff' } })
    .tiff({ compression: 'lzw' })
    .toBuffer();
  const from = tiff.readUInt32LE(4) + 2;
  for (let at = from; at < from + 12 * tiff.readUInt16LE(from - 2); at += 12) {
    const isSide = [256, 257].includes(tiff.readUInt16LE(at));
    // Type and count stay.
    if (isSide) tiff.writeUInt16LE(65_535, at + 8);
  }
  return tiff;
}

async function animation(): Promise<{ readonly gif: Buffer; readonly webp: Buffer }> {
  const frames = Buffer.concat([Buffer.alloc(8 * 8 * 3, 200), Buffer.alloc(8 * 8 * 3, 20)]);
  const film = sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } });
  return { gif: await film.clone().gif().toBuffer(), webp: await film.clone().webp().toBuffer() };
}

function noise(size: number): Buffer {
  return Buffer.from(
    Uint8Array.from({ length: size }, (_, at) => Math.imul(at + 1, 0x9e3779b1) >>> 24),
  );
}

/** The header of a profile of CIELAB values. */
function labProfile(): Buffer {
  const profile = Buffer.alloc(132);
  profile.writeUInt32BE(132, 0);
  profile.write('mntrLab XYZ ', 12, 'latin1');
  profile.write('acsp', 36, 'latin1');
  return profile;
}
