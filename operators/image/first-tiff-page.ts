import { cutShort, readable } from './raw-pixels.ts';

/** The first page of a TIFF. */
export interface TiffPage {
  /** The file without its other pages. */
  readonly bytes: Uint8Array;
  /** Bits of an amount of ink, when its values are such; else 0. */
  readonly inkBits: 0 | 8 | 16;
}

const tags = {
  subfile: 254,
  bits: 258,
  compression: 259,
  photometric: 262,
  format: 339,
  dng: 50_706,
} as const;

/** Photometric interpretations that are read: white is zero, black is zero, RGB, palette, inks. */
const readKinds = new Set([0, 1, 2, 3, 5]);

/** Bits of a value that are read. */
const readBits = new Set([1, 2, 4, 8, 16]);

/** Compressions that sharp's own libtiff reads: none, CCITT, LZW, JPEG, Deflate, PackBits, WebP. */
const readCompressions = new Set([1, 2, 3, 4, 5, 7, 8, 32_773, 32_946, 50_001]);

/**
 * The first page of a TIFF, alone: a decoder would look at all pages before it reads the first.
 *
 * @throws {UnreadableFile} When the directory is cut, or the page is a thumbnail (as in raw files of cameras), or its
 * values are no whole numbers of up to 16 bits, or of colours that are not converted, such as CIELAB.
 * @see Adobe, TIFF 6.0, sections 2 and 8.
 */
export function firstTiffPage(bytes: Uint8Array): TiffPage {
  readable(bytes.length >= 8, cutShort);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const start = view.getUint32(4, little);
  readable(start + 2 <= bytes.length, cutShort);
  const entries = view.getUint16(start, little);
  const next = start + 2 + entries * 12;
  readable(next <= bytes.length, cutShort);
  const found = new Map<number, number>();
  for (let at = start + 2; at < next; at += 12) {
    found.set(view.getUint16(at, little), firstValue(view, at, little));
  }
  checkPage(found);
  const isLast = next + 4 > bytes.length || view.getUint32(next, little) === 0;
  const alone = isLast ? bytes : Uint8Array.from(bytes);
  if (!isLast) alone.fill(0, next, next + 4);
  const isInks = found.get(tags.photometric) === 5;
  return { bytes: alone, inkBits: isInks ? (found.get(tags.bits) === 16 ? 16 : 8) : 0 };
}

function checkPage(found: ReadonlyMap<number, number>): void {
  readable(
    !found.has(tags.dng) && ((found.get(tags.subfile) ?? 0) & 1) === 0,
    'it is a raw file of a camera, or another TIFF that begins with a thumbnail, which is not read; convert it to JPEG or PNG',
  );
  const bits = found.get(tags.bits) ?? 1;
  readable(
    (found.get(tags.format) ?? 1) === 1 && bits <= 16,
    'it is a TIFF of other values than whole numbers of up to 16 bits, which is not read; convert it to PNG',
  );
  readable(
    readBits.has(bits),
    `it is a TIFF of ${bits} bits a value, which is not read; convert it to PNG`,
  );
  const compression = found.get(tags.compression) ?? 1;
  readable(
    readCompressions.has(compression),
    `it is a TIFF in compression ${compression}${named(compression)}, which is not read; convert it to PNG`,
  );
  const kind = found.get(tags.photometric) ?? 1;
  // YCbCr is converted where JPEG is inside, by its decoder.
  const isJpeg = kind === 6 && compression === 7;
  readable(
    isJpeg || readKinds.has(kind),
    `it is a TIFF of other colours than grey, RGB, a palette or CMYK (photometric interpretation ${kind}), which is not read; convert it to PNG`,
  );
}

/** Name of a compression that is not read. */
function named(compression: number): string {
  const names: Readonly<Record<number, string>> = {
    6: 'JPEG of TIFF 6.0',
    34_712: 'JPEG 2000',
    34_925: 'LZMA',
    50_000: 'Zstandard',
    50_002: 'JPEG XL',
  };
  const name = names[compression];
  return name === undefined ? '' : ` (${name})`;
}

/** The first value of a directory entry, of one or two or four bytes; 0 of another kind. */
function firstValue(view: DataView, at: number, little: boolean): number {
  const [type, count] = [view.getUint16(at + 2, little), view.getUint32(at + 4, little)];
  const size = { 1: 1, 3: 2, 4: 4 }[type] ?? 0;
  if (size === 0) return 0;
  const place = count * size <= 4 ? at + 8 : view.getUint32(at + 8, little);
  if (place + size > view.byteLength) return 0;
  if (size === 1) return view.getUint8(place);
  return size === 2 ? view.getUint16(place, little) : view.getUint32(place, little);
}
