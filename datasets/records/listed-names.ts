import path from 'node:path';
import { readExtensions } from '../../operators/image-formats.ts';

/** Extensions of images in formats that are not read: listed, so that they end in quarantine and not in silence. */
const foreignExtensions: ReadonlySet<string> = new Set(
  (
    'svg heic heif hif jxl jp2 j2k jpx jxr ico psd xcf pfm pam tga pcx qoi dds exr hdr ' +
    'dng cr2 cr3 nef arw orf raf rw2 pef srw'
  )
    .split(' ')
    .map((extension) => `.${extension}`),
);

/** Tests whether an ending, in lower case, is that of an image that is not read. */
export function isForeignExtension(extension: string): boolean {
  return foreignExtensions.has(extension);
}

const imageExtensions: ReadonlySet<string> = new Set([...readExtensions, ...foreignExtensions]);

/** What systems leave behind; some of it holds thumbnails. Hidden names are left out as well. */
const leftBehind = new Set([
  '__MACOSX',
  '@eaDir',
  '$RECYCLE.BIN',
  'System Volume Information',
  'lost+found',
  'Thumbs.db',
  'desktop.ini',
]);

/** Tests whether an entry of this name is hidden, or left behind by a system. */
export function isSystemName(name: string): boolean {
  return name.startsWith('.') || leftBehind.has(name);
}

/** Kind of a file by its name: by its ending. */
export function kindOfFile(name: string): 'image' | 'other' {
  return imageExtensions.has(path.extname(name).toLowerCase()) ? 'image' : 'other';
}
