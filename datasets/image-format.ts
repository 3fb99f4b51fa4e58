/** An image format, as the first bytes of a file tell it. */
export interface ImageFormat {
  readonly title: string;
  readonly extension: string;
}

/** First bytes, as Latin-1 text, of each format. `.` is any byte. */
const signatures: readonly (ImageFormat & { readonly begins: RegExp })[] = [
  { title: 'JPEG', extension: '.jpg', begins: /^\xFF\xD8\xFF/u },
  { title: 'PNG', extension: '.png', begins: /^\x89PNG\r\n/u },
  { title: 'WebP', extension: '.webp', begins: /^RIFF....WEBP/su },
  { title: 'GIF', extension: '.gif', begins: /^GIF8[79]a/u },
  { title: 'TIFF', extension: '.tif', begins: /^(?:II\*\0|MM\0\*)/u },
  { title: 'AVIF', extension: '.avif', begins: /^....ftypavi[fs]/su },
  { title: 'HEIC', extension: '.heic', begins: /^....ftyp(?:hei[cx]|hevc|mif1|msf1)/su },
  { title: 'BMP', extension: '.bmp', begins: /^BM....\0\0\0\0/su },
];

/**
 * Format of an image by its signature.
 *
 * @param head The first 16 bytes of the file, or all when it is shorter.
 * @returns undefined when they begin no image that is known.
 */
export function imageFormat(head: Uint8Array): ImageFormat | undefined {
  const text = Buffer.from(head).toString('latin1');
  const found = signatures.find(({ begins }) => begins.test(text));
  return found === undefined ? undefined : { title: found.title, extension: found.extension };
}
