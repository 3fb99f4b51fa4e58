import type { ImageFormat } from '../../operators/image-formats.ts';
import { sharp } from '../../operators/image/sharp-setup.ts';
import type { RgbImage } from '../../operators/types.ts';

/** A picture of few colours without a pattern: lossless in every format. */
export function fewColours(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at += 1) {
    const mixed = Math.imul(at + 1, 0x9e3779b1) >>> 28;
    data.set([(mixed & 3) * 85, (mixed >> 2) * 85, 255 - (mixed & 3) * 20], at * 3);
  }
  return { width, height, data };
}

/** The same picture in every format, nothing lost but a little in JPEG. */
export async function inEveryFormat(
  image: RgbImage,
): Promise<Readonly<Record<ImageFormat, Uint8Array>>> {
  const { width, height, data } = image;
  const file = () => sharp(data, { raw: { width, height, channels: 3 } });
  return {
    jpeg: await file().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
    png: await file().png().toBuffer(),
    webp: await file().webp({ lossless: true }).toBuffer(),
    gif: await file().gif({ dither: 0, effort: 10 }).toBuffer(),
    tiff: await file().tiff({ compression: 'lzw' }).toBuffer(),
    avif: await file().avif({ lossless: true, chromaSubsampling: '4:4:4' }).toBuffer(),
    bmp: bmpFile(image),
    pnm: Buffer.concat([Buffer.from(`P6\n# made here\n${width} ${height}\n255\n`), data]),
  };
}

/** Parts of a BMP file that differ between its kinds. */
export interface BmpParts {
  readonly bits?: number;
  readonly compression?: number;
  /** What stands between header and pixels: masks, then the palette. */
  readonly between?: Uint8Array;
  readonly colours?: number;
}

/** A BMP file of 24 bits, bottom up; or of other pixels as they stand. */
export function bmpFile({ width, height, data }: RgbImage, parts?: BmpParts): Buffer {
  const { bits = 24, compression = 0, between = new Uint8Array(0), colours = 0 } = parts ?? {};
  const pixels = parts === undefined ? bottomUp(width, height, data) : Buffer.from(data);
  const header = Buffer.alloc(54);
  header.write('BM', 'latin1');
  header.writeUInt32LE(54 + between.length + pixels.length, 2);
  header.writeUInt32LE(54 + between.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  header.writeUInt32LE(colours, 46);
  return Buffer.concat([header, between, pixels]);
}

function bottomUp(width: number, height: number, data: Uint8Array): Buffer {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const pixels = Buffer.alloc(stride * height);
  for (let at = 0; at < width * height; at += 1) {
    const row = height - 1 - Math.trunc(at / width);
    const to = row * stride + (at % width) * 3;
    for (let channel = 0; channel < 3; channel += 1)
      pixels[to + 2 - channel] = data[at * 3 + channel]!;
  }
  return pixels;
}

/** A GIF whose frame of one pixel, blue, lies at (1, 1) of a screen of these sides; red is the first colour. */
export function smallFrameGif(
  width: number,
  height: number,
  frame = { width: 1, height: 1 },
): Buffer {
  const word = (value: number): number[] => [value & 255, value >> 8];
  return Buffer.from([
    ...Buffer.from('GIF89a'),
    ...word(width),
    ...word(height),
    // A palette of red and blue, and the background.
    ...Buffer.from('800100ff00000000ff2c', 'hex'),
    ...word(1),
    ...word(1),
    ...word(frame.width),
    ...word(frame.height),
    // No palette of its own; smallest code 2 bits: clear, the second colour, end.
    ...Buffer.from('0002024c01003b', 'hex'),
  ]);
}
