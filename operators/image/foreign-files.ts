import { ascii, beginsWith } from '../file-signature.ts';
import { brandsOf } from '../image-formats.ts';
import { pointerFiles } from '../pointer-files.ts';

/** A kind of file that is not read, told by its content. */
interface ForeignKind {
  /** Follows "it is". */
  readonly name: string;
  /** Way out, where it is another than to convert the image. */
  readonly wayOut?: string;
  readonly matches: (bytes: Uint8Array) => boolean;
}

const convert = 'convert it to JPEG or PNG';
const download = 'download the image again';

/** What folders of images hold beside images that are read, and how each is told. */
const foreignKinds: readonly ForeignKind[] = [
  { name: 'an empty file', wayOut: download, matches: (bytes) => bytes.length === 0 },
  {
    name: 'a file of zeros',
    wayOut: download,
    matches: (bytes) => bytes.every((one) => one === 0),
  },
  ...pointerFiles.map(({ name, command, matches }) => ({
    name,
    wayOut: `fetch the image with \`${command}\``,
    matches,
  })),
  { name: 'HEIC', matches: ofBrand(/^(?:hei[cxms]|hev[cxms]|mif1|msf1|mif2|miaf)$/u) },
  { name: 'a raw file of a camera', matches: ofBrand(/^crx $/u) },
  { name: 'a video', wayOut: 'extract its frames', matches: ofBrand(/./u) },
  { name: 'JPEG XL', matches: beginsWith([0xff, 0x0a]) },
  { name: 'JPEG XL', matches: beginsWith([0, 0, 0, 0x0c, 0x4a, 0x58, 0x4c, 0x20]) },
  { name: 'JPEG 2000', matches: beginsWith([0, 0, 0, 0x0c, 0x6a, 0x50, 0x20, 0x20]) },
  { name: 'JPEG 2000', matches: beginsWith([0xff, 0x4f, 0xff, 0x51]) },
  { name: 'JPEG XR', matches: beginsWith([0x49, 0x49, 0xbc]) },
  { name: 'BigTIFF', matches: starting('II+\0', 'MM\0+') },
  {
    name: 'a raw file of a camera',
    matches: (bytes) =>
      /^(?:FUJIFILMCCD-RAW|IIU\0|IIR[OS]|MMOR|FOVb)/u.test(ascii(bytes, 0, 15)) ||
      ascii(bytes, 8, 10) === 'CR',
  },
  { name: 'a Photoshop document', matches: starting('8BPS') },
  { name: 'a GIMP image', matches: starting('gimp xcf') },
  { name: 'an icon', matches: (bytes) => isIcon(bytes) },
  { name: 'MNG or JNG', matches: beginsWith([0x8a, 0x4d, 0x4e, 0x47]) },
  { name: 'MNG or JNG', matches: beginsWith([0x8b, 0x4a, 0x4e, 0x47]) },
  { name: 'a floating-point image (PFM)', matches: starting('PF\n', 'Pf\n', 'PF ', 'Pf ') },
  { name: 'a PAM image', matches: starting('P7\n') },
  { name: 'OpenEXR', matches: beginsWith([0x76, 0x2f, 0x31, 0x01]) },
  { name: 'Radiance HDR', matches: starting('#?RADIANCE', '#?RGBE') },
  { name: 'DirectDraw Surface', matches: starting('DDS ') },
  { name: 'QOI', matches: starting('qoif') },
  { name: 'BPG', matches: starting('BPG\xfb') },
  { name: 'FITS', matches: starting('SIMPLE  =') },
  { name: 'DICOM', matches: (bytes) => ascii(bytes, 128, 132) === 'DICM' },
  { name: 'a NumPy array', matches: starting('\x93NUMPY') },
  { name: 'HDF5', matches: starting('\x89HDF') },
  { name: 'PDF', matches: starting('%PDF') },
  { name: 'PostScript', matches: starting('%!PS', '\xc5\xd0\xd3\xc6') },
  {
    name: 'an archive',
    wayOut: 'unpack it',
    matches: starting(
      'PK\x03\x04',
      'PK\x05\x06',
      '\x1f\x8b',
      '7z\xbc\xaf',
      'Rar!',
      'BZh',
      '\xfd7zXZ',
    ),
  },
  { name: 'a RIFF file of another kind', matches: starting('RIFF') },
  {
    name: 'a leftover of macOS (AppleDouble)',
    wayOut: 'delete it',
    matches: beginsWith([0, 5, 0x16, 7]),
  },
  {
    name: 'a web page',
    wayOut: download,
    matches: (bytes) =>
      /^[^<]{0,3}\s*(?:<!--[^>]*>\s*)*<(?:!doctype html|html|head|body)\b/iu.test(textOf(bytes)),
  },
  { name: 'SVG', matches: (bytes) => isText(bytes) && /<svg[\s>]/iu.test(textOf(bytes)) },
  {
    name: 'XML',
    wayOut: download,
    matches: (bytes) => /^[^<]{0,3}\s*<\?xml/iu.test(textOf(bytes)),
  },
  { name: 'text', wayOut: download, matches: isText },
];

/** Reason why a file is not read that is in none of the formats; a function of its content. */
export function foreignFile(bytes: Uint8Array): string {
  const kind = foreignKinds.find(({ matches }) => matches(bytes));
  if (kind !== undefined) return `it is ${kind.name}, which is not read; ${kind.wayOut ?? convert}`;
  const start = Array.from(bytes.subarray(0, 4), (value) => value.toString(16).padStart(2, '0'));
  return `it is in no format that is known; it begins with the bytes ${start.join(' ')}`;
}

/** Icons and cursors, by the bytes before the first entry of their list. */
function isIcon(bytes: Uint8Array): boolean {
  const [first, second, kind, third, count, fourth] = bytes;
  const isKind = kind === 1 || kind === 2;
  return first === 0 && second === 0 && isKind && third === 0 && count! > 0 && fourth === 0;
}

function starting(...texts: readonly string[]): ForeignKind['matches'] {
  return (bytes) => texts.some((text) => ascii(bytes, 0, text.length) === text);
}

function ofBrand(brand: RegExp): ForeignKind['matches'] {
  return (bytes) => brandsOf(bytes).some((one) => brand.test(one));
}

/** The beginning of a file as text. */
function textOf(bytes: Uint8Array): string {
  return ascii(bytes, 0, 1024);
}

/** Tests whether a file begins with text: no control characters but white space. */
function isText(bytes: Uint8Array): boolean {
  // oxlint-disable-next-line no-control-regex -- it is those that tell
  return /^[^\0-\x08\x0e-\x1f]+$/u.test(textOf(bytes)) && isUtf8(bytes.subarray(0, 1021));
}

/** Tests whether bytes are UTF-8, the last character perhaps cut. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    // `fatal`: what is no UTF-8 throws.
    return false;
  }
}
