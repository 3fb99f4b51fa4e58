import { cutShort, type RawPixels, readable, type SizeCheck } from './raw-pixels.ts';

/**
 * Pixels of the first frame of a GIF, on its screen. What the frame leaves open is transparent, in the transparent colour
 * of the palette or its first (as Pillow has it); so are pixels of the transparent colour. Later frames are not looked at.
 *
 * @throws {UnreadableFile} When the file is damaged or cut before the end of its first frame.
 * @see CompuServe, GIF89a specification.
 */
export function gifPixels(bytes: Uint8Array, check: SizeCheck): RawPixels {
  readable(bytes.length >= 13, cutShort);
  const screen = { width: word(bytes, 6), height: word(bytes, 8) };
  const palette = paletteAt(bytes, 13, bytes[10]!);
  const frame = firstFrame(bytes, 13 + palette.length);
  // A screen that is smaller than its frame is stretched to it, as in browsers and Pillow.
  const width = Math.max(screen.width, frame.left + frame.width);
  const height = Math.max(screen.height, frame.top + frame.height);
  check(width, height);
  const colours = frame.palette.length > 0 ? frame.palette : palette;
  readable(colours.length > 0, 'it has no palette');
  const data = new Uint8Array(width * height * 4);
  const around = Math.max(frame.transparent, 0) * 3;
  readable(around < colours.length, 'it has colours that are not in its palette');
  const background = colours.subarray(around, around + 3);
  if (frame.width < width || frame.height < height) {
    for (let at = 0; at < data.length; at += 4) {
      for (let channel = 0; channel < 3; channel += 1) data[at + channel] = background[channel]!;
    }
  }
  const indices = lzwIndices(frame.data, frame.codeBits, frame.width * frame.height);
  for (let at = 0; at < indices.length; at += 1) {
    const index = indices[at]!;
    readable(index * 3 < colours.length, 'it has colours that are not in its palette');
    const row = frame.top + rowOf(Math.trunc(at / frame.width), frame);
    const to = (row * width + frame.left + (at % frame.width)) * 4;
    for (let channel = 0; channel < 3; channel += 1) {
      data[to + channel] = colours[index * 3 + channel]!;
    }
    data[to + 3] = index === frame.transparent ? 0 : 255;
  }
  return { width, height, channels: 4, data };
}

interface GifFrame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  /** Palette position of the transparent colour; -1 for none. */
  readonly transparent: number;
  /** Its own palette; empty for that of the screen. */
  readonly palette: Uint8Array;
  /** Bits of the smallest code of the compression. */
  readonly codeBits: number;
  readonly data: Uint8Array;
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

/** The palette that the flags of a header announce. */
function paletteAt(bytes: Uint8Array, at: number, flags: number): Uint8Array {
  const length = (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
  readable(at + length <= bytes.length, cutShort);
  return bytes.subarray(at, at + length);
}

function firstFrame(bytes: Uint8Array, from: number): GifFrame {
  let transparent = -1;
  for (let at = from; ;) {
    readable(at + 10 < bytes.length, cutShort);
    if (bytes[at] === 0x2c) return frameAt(bytes, at, transparent);
    readable(bytes[at] === 0x21, 'the GIF file is damaged');
    // A graphic control extension names the transparent colour.
    if (bytes[at + 1] === 0xf9 && bytes[at + 2]! >= 4) {
      transparent = (bytes[at + 3]! & 1) === 0 ? -1 : bytes[at + 6]!;
    }
    at = afterBlocks(bytes, at + 2);
  }
}

function frameAt(bytes: Uint8Array, at: number, transparent: number): GifFrame {
  const flags = bytes[at + 9]!;
  const palette = paletteAt(bytes, at + 10, flags);
  const start = at + 10 + palette.length;
  const [width, height] = [word(bytes, at + 5), word(bytes, at + 7)];
  const codeBits = bytes[start]!;
  readable(width > 0 && height > 0, 'its header states no size');
  readable(codeBits >= 1 && codeBits <= 11, 'the GIF file is damaged');
  return {
    left: word(bytes, at + 1),
    top: word(bytes, at + 3),
    width,
    height,
    interlaced: (flags & 0x40) !== 0,
    transparent,
    palette,
    codeBits,
    data: joinedBlocks(bytes, start + 1),
  };
}

/** Position after a list of blocks, each with its length before it, that ends with an empty one. */
function afterBlocks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== 0) at += bytes[at]! + 1;
  readable(at < bytes.length, cutShort);
  return at + 1;
}

/** The content of a list of blocks; one that is cut ends with the file. */
function joinedBlocks(bytes: Uint8Array, from: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = from; at < bytes.length && bytes[at] !== 0; at += bytes[at]! + 1) {
    blocks.push(bytes.subarray(at + 1, at + 1 + bytes[at]!));
  }
  return Buffer.concat(blocks);
}

/** Palette positions of the pixels, decompressed; what follows the last one is passed over. */
function lzwIndices(data: Uint8Array, codeBits: number, count: number): Uint8Array {
  const [clear, end] = [2 ** codeBits, 2 ** codeBits + 1];
  const texts = lzwTexts(clear);
  const nextCode = codeReader(data);
  const indices = new Uint8Array(count);
  let previous = -1;
  for (let found = 0; found < count;) {
    const code = nextCode(texts.bits);
    readable(code !== end, cutShort);
    if (code === clear) {
      texts.clear();
      previous = -1;
      continue;
    }
    if (previous !== -1) texts.add(previous, code);
    readable(texts.has(code), 'the GIF file is damaged');
    found = texts.write(code, indices, found);
    previous = code;
  }
  return indices;
}

/** Codes of a stream of bits, the lowest bit of a byte first. */
function codeReader(data: Uint8Array): (bits: number) => number {
  let [at, held, buffer] = [0, 0, 0];
  return (bits) => {
    while (held < bits) {
      readable(at < data.length, cutShort);
      buffer |= data[at]! << held;
      at += 1;
      held += 8;
    }
    const code = buffer & ((1 << bits) - 1);
    buffer >>>= bits;
    held -= bits;
    return code;
  };
}

const mostCodes = 4096;

/** The texts that codes stand for: each is that of an earlier code and one position more. */
function lzwTexts(clear: number) {
  const [before, first, last] = [
    new Uint16Array(mostCodes),
    new Uint8Array(mostCodes),
    new Uint8Array(mostCodes),
  ];
  const length = new Uint16Array(mostCodes);
  for (let code = 0; code < clear; code += 1) {
    first[code] = code;
    last[code] = code;
    length[code] = 1;
  }
  const fewestBits = Math.log2(clear) + 1;
  let next = clear + 2;
  let bits = fewestBits;
  return {
    /** Bits of the next code. */
    get bits() {
      return bits;
    },
    clear() {
      next = clear + 2;
      bits = fewestBits;
    },
    has: (code: number) => code < clear || (code > clear + 1 && code < next),
    /** Adds the text of `previous` with the first position of `code`, which may be the very code that is added. */
    add(previous: number, code: number) {
      if (next === mostCodes) return;
      before[next] = previous;
      first[next] = first[previous]!;
      last[next] = first[code === next ? previous : code]!;
      length[next] = length[previous]! + 1;
      next += 1;
      if (next === 2 ** bits && next < mostCodes) bits += 1;
    },
    /** Writes a text as far as there is room. @returns The position after it. */
    write(code: number, to: Uint8Array, from: number): number {
      const end = from + length[code]!;
      for (let at = end - 1, part = code; at >= from; at -= 1, part = before[part]!) {
        if (at < to.length) to[at] = last[part]!;
      }
      return end;
    },
  };
}

/** Row of the picture that a row of the file is, from the top of the frame. */
function rowOf(row: number, { height, interlaced }: GifFrame): number {
  if (!interlaced) return row;
  let left = row;
  for (const [first, step] of [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const) {
    const rows = Math.ceil((height - first) / step);
    if (left < rows) return first + left * step;
    left -= Math.max(rows, 0);
  }
  return row;
}
