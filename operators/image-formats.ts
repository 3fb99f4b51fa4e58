import { ascii, beginsWith } from './file-signature.ts';

/** A format of images that is read. */
export interface ImageFormatEntry {
  /** As messages and documents call it. */
  readonly name: string;
  /** Extensions of its files. A file is read by its content, whatever its name. */
  readonly extensions: readonly string[];
  /** Tests the first bytes of a file. */
  readonly matches: (bytes: Uint8Array) => boolean;
}

/** Names of the formats. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' | 'bmp' | 'pnm';

/** The formats that are read, the commonest first. */
export const imageFormats: Readonly<Record<ImageFormat, ImageFormatEntry>> = {
  jpeg: {
    name: 'JPEG',
    extensions: ['.jpg', '.jpeg', '.jpe', '.jfif', '.mpo'],
    matches: beginsWith([0xff, 0xd8]),
  },
  png: {
    name: 'PNG',
    extensions: ['.png', '.apng'],
    matches: beginsWith([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  },
  webp: {
    name: 'WebP',
    extensions: ['.webp'],
    matches: (bytes) => ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP',
  },
  gif: {
    name: 'GIF',
    extensions: ['.gif'],
    matches: (bytes) => ['GIF87a', 'GIF89a'].includes(ascii(bytes, 0, 6)),
  },
  tiff: {
    name: 'TIFF',
    extensions: ['.tif', '.tiff'],
    // `CR` in a TIFF is a raw file of a camera by Canon.
    matches: (bytes) =>
      ['II*\0', 'MM\0*'].includes(ascii(bytes, 0, 4)) && ascii(bytes, 8, 10) !== 'CR',
  },
  avif: {
    name: 'AVIF',
    extensions: ['.avif'],
    matches: (bytes) => brandsOf(bytes).some((brand) => brand === 'avif' || brand === 'avis'),
  },
  bmp: { name: 'BMP', extensions: ['.bmp', '.dib'], matches: isBmp },
  pnm: {
    name: 'PNM',
    extensions: ['.ppm', '.pgm', '.pbm', '.pnm'],
    matches: (bytes) => /^P[1-6][\s#]/u.test(ascii(bytes, 0, 3)),
  },
};

/** Extensions of the formats that are read. */
export const readExtensions: readonly string[] = Object.values(imageFormats).flatMap(
  ({ extensions }) => extensions,
);

/** The format of a file, by its content; undefined when it is none that is read. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  const names = Object.keys(imageFormats) as ImageFormat[];
  return names.find((name) => imageFormats[name].matches(bytes));
}

/** Brands of an ISO base media file (HEIF, MP4), the major one first; none of another file. */
export function brandsOf(bytes: Uint8Array): readonly string[] {
  if (ascii(bytes, 4, 8) !== 'ftyp') return [];
  const end = Math.min(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), 128);
  const brands = [ascii(bytes, 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(ascii(bytes, at, at + 4));
  return brands;
}

/** Two letters are a weak sign: the size of the header behind them has to be one that there is. */
function isBmp(bytes: Uint8Array): boolean {
  const headers = [12, 16, 40, 52, 56, 64, 108, 124];
  const fits = bytes[15] === 0 && bytes[16] === 0 && bytes[17] === 0;
  return ascii(bytes, 0, 2) === 'BM' && fits && headers.includes(bytes[14]!);
}
