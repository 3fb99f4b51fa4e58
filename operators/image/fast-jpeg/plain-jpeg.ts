import { huffmanLookup, type HuffmanLookup } from './huffman-lookup.ts';
import { isUpright } from './upright-exif.ts';

/** A component of a plain JPEG, with the tables of its blocks. */
export interface PlainComponent {
  /** Blocks of one unit of the scan. */
  readonly blocks: number;
  /** Position of the 64 steps of its quantiser, in the order of the codes. */
  readonly steps: number;
  readonly dc: HuffmanLookup;
  readonly ac: HuffmanLookup;
}

/** The header of a plain JPEG. */
export interface PlainJpeg {
  readonly width: number;
  readonly height: number;
  /** One of grey, or three of Y, Cb and Cr. */
  readonly components: readonly PlainComponent[];
  /** Units of the scan: the blocks that are coded together. */
  readonly units: number;
  /** Units between two restart markers; 0 without them. */
  readonly interval: number;
  /** Position of the entropy-coded data. */
  readonly scan: number;
}

/** Reading of what a file says beside its pixels, as in `ImageReading`. */
export interface PlainReading {
  /** EXIF orientation; with `ignore` every one is plain. @default 'apply' */
  readonly exif?: 'apply' | 'ignore' | undefined;
  /** Colour profile; with `ignore` every one is plain. @default 'apply' */
  readonly icc?: 'apply' | 'ignore' | undefined;
}

/**
 * The header of a JPEG of the plainest kind, by which most files are written: 8 bits, sequential Huffman coding, one
 * scan of grey or of Y, Cb and Cr, nothing that turns the image or changes its colours, and not one byte that the
 * standard does not ask for. The entropy-coded data is not looked at.
 *
 * @returns Undefined of every other file, damaged or not.
 * @see ITU-T T.81, annex B; ITU-T T.871 (JFIF).
 */
export function plainJpeg(bytes: Uint8Array, reading: PlainReading): PlainJpeg | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const head: Head = { quantisers: [0, 0, 0, 0], huffman: [], frame: undefined, interval: 0 };
  for (let at = 2; at + 4 <= bytes.length;) {
    const length = word(bytes, at + 2);
    const [from, end] = [at + 4, at + 2 + length];
    if (bytes[at] !== 0xff || length < 2 || end > bytes.length) return undefined;
    const marker = bytes[at + 1]!;
    if (marker === 0xda) return scanOf(bytes, from, end, head);
    if (!isTaken(marker, bytes, from, end, head, reading)) return undefined;
    at = end;
  }
  return undefined;
}

interface Head {
  /** Positions of the quantisers by place, 0 to 3; 0 of none. */
  readonly quantisers: number[];
  /** Tables by class and place: 0 to 3 of DC, 16 to 19 of AC. */
  readonly huffman: (HuffmanLookup | undefined)[];
  frame: number | undefined;
  interval: number;
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** Takes in one segment. @returns False when a plain JPEG does not have it. */
function isTaken(
  marker: number,
  bytes: Uint8Array,
  from: number,
  end: number,
  head: Head,
  { exif = 'apply', icc = 'apply' }: PlainReading,
): boolean {
  switch (marker) {
    case 0xc0:
    case 0xc1:
      if (head.frame !== undefined) return false;
      head.frame = from;
      return isFrameTaken(bytes, from, end);
    case 0xc4:
      return areCodesTaken(bytes, from, end, head);
    case 0xdb:
      return areQuantisersTaken(bytes, from, end, head);
    case 0xdd:
      head.interval = word(bytes, from);
      return end - from === 2;
    case 0xe0:
      return !startsWith(bytes, from, 'JFIF\0') || (end - from >= 14 && bytes[from + 5] === 1);
    case 0xe1:
      return exif === 'ignore' || isUpright(bytes.subarray(from, end));
    case 0xe2:
      return icc === 'ignore' || !startsWith(bytes, from, 'ICC_PROFILE\0');
    default:
      // Application data and comments, other than Adobe's, which says what the colours are.
      return (marker >= 0xe3 && marker <= 0xef && marker !== 0xee) || marker === 0xfe;
  }
}

function startsWith(bytes: Uint8Array, from: number, text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (bytes[from + at] !== text.charCodeAt(at)) return false;
  }
  return true;
}

/**
 * Sampling, across times 16 plus down, of the first component beside a second and third of 0x11: those of which the
 * pixels were compared.
 */
const samplings = new Set([0x11, 0x21, 0x12, 0x22, 0x41, 0x14]);

function isFrameTaken(bytes: Uint8Array, from: number, end: number): boolean {
  const components = bytes[from + 5]!;
  if (bytes[from] !== 8 || end - from !== 6 + 3 * components) return false;
  if (word(bytes, from + 1) === 0 || word(bytes, from + 3) === 0) return false;
  if (components === 1) return samplings.has(bytes[from + 7]!);
  // Other names than 1, 2 and 3 may stand for red, green and blue.
  for (let at = 0; at < components; at += 1) {
    if (bytes[from + 6 + 3 * at] !== at + 1) return false;
    if (at > 0 && bytes[from + 7 + 3 * at] !== 0x11) return false;
  }
  return components === 3 && samplings.has(bytes[from + 7]!);
}

function areQuantisersTaken(bytes: Uint8Array, from: number, end: number, head: Head): boolean {
  for (let at = from; at < end; at += 65) {
    // Of 8 bits a step only.
    if (bytes[at]! > 3 || at + 65 > end) return false;
    head.quantisers[bytes[at]!] = at + 1;
  }
  return true;
}

function areCodesTaken(bytes: Uint8Array, from: number, end: number, head: Head): boolean {
  for (let at = from; at < end;) {
    const place = bytes[at]!;
    if ((place & 0xec) !== 0 || at + 17 > end) return false;
    let symbols = 0;
    for (let length = 1; length <= 16; length += 1) symbols += bytes[at + length]!;
    const next = at + 17 + symbols;
    if (next > end) return false;
    const lookup = huffmanLookup(bytes, at + 1, next, place < 16 ? 'dc' : 'ac');
    if (lookup === undefined) return false;
    head.huffman[place] = lookup;
    at = next;
  }
  return true;
}

/** The whole header, at the one scan that holds all of its components. */
function scanOf(
  bytes: Uint8Array,
  from: number,
  end: number,
  { frame, quantisers, huffman, interval }: Head,
): PlainJpeg | undefined {
  if (frame === undefined) return undefined;
  const [height, width, count] = [
    word(bytes, frame + 1),
    word(bytes, frame + 3),
    bytes[frame + 5]!,
  ];
  const tail = from + 1 + 2 * count;
  if (end - tail !== 3 || bytes[from] !== count) return undefined;
  if (bytes[tail] !== 0 || bytes[tail + 1] !== 63 || bytes[tail + 2] !== 0) return undefined;
  const components: PlainComponent[] = [];
  for (let at = 0; at < count; at += 1) {
    const [name, codes] = [frame + 6 + 3 * at, from + 1 + 2 * at];
    const tables = bytes[codes + 1]!;
    const steps = quantisers[bytes[name + 2]!];
    const [dc, ac] = [huffman[tables >> 4], huffman[16 | (tables & 15)]];
    if (bytes[codes] !== bytes[name] || (tables & 0xcc) !== 0) return undefined;
    if (!steps || dc === undefined || ac === undefined) return undefined;
    const sampling = samplingOf(bytes, frame, at);
    components.push({ blocks: (sampling >> 4) * (sampling & 15), steps, dc, ac });
  }
  const sampling = samplingOf(bytes, frame, 0);
  const across = Math.ceil(width / (8 * (sampling >> 4)));
  const down = Math.ceil(height / (8 * (sampling & 15)));
  return { width, height, components, units: across * down, interval, scan: end };
}

/** Sampling of a component; a lone one is not gathered into larger units, whatever it says. */
function samplingOf(bytes: Uint8Array, frame: number, component: number): number {
  return bytes[frame + 5] === 1 ? 0x11 : bytes[frame + 7 + 3 * component]!;
}
