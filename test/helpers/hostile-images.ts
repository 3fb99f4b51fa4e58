import fs from 'node:fs/promises';
import path from 'node:path';
import zlib from 'node:zlib';
import { sharp } from '../../operators/image/sharp-setup.ts';

/** What `writeHostileFolder` wrote: ids as an image folder lists them, sorted. */
export interface HostileFolder {
  readonly good: readonly string[];
  readonly bad: readonly string[];
}

/** A file that must decode: to this size, and to about this colour at the top left. */
export interface GoodFile {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly topLeft: readonly [number, number, number];
}

/**
 * Writes `root/<class>/<file>`: two classes, each with images of every accepted kind and files that
 * must be refused. Names end as images do, whatever is inside.
 */
export async function writeHostileFolder(root: string): Promise<HostileFolder> {
  const good = await goodFiles();
  const bad = await badFiles();
  const written = { good: [] as string[], bad: [] as string[] };
  for (const name of ['first', 'second']) {
    await fs.mkdir(path.join(root, name), { recursive: true });
    for (const [file, { bytes }] of good) {
      await fs.writeFile(path.join(root, name, file), bytes);
      written.good.push(`${name}/${file}`);
    }
    for (const [file, bytes] of bad) {
      await fs.writeFile(path.join(root, name, file), bytes);
      written.bad.push(`${name}/${file}`);
    }
  }
  return { good: written.good.toSorted(), bad: written.bad.toSorted() };
}

/** Every accepted kind of file, by name. All show an orange 12 × 8 image with a blue right half. */
export async function goodFiles(): Promise<ReadonlyMap<string, GoodFile>> {
  const orange = [255, 128, 0] as const;
  const grey = [128, 128, 128] as const;
  const upright = { width: 12, height: 8 };
  const image = (): ReturnType<typeof sharp> =>
    sharp(halves(12, 8), { raw: { width: 12, height: 8, channels: 3 } });
  const greys = Uint16Array.from({ length: 12 * 8 }, () => 0x8080);
  const deep = Uint16Array.from(halves(12, 8), (value) => value * 257);
  const clear = Uint8Array.from({ length: 12 * 8 * 4 }, (_, at) => (at % 4 === 3 ? 0 : 77));
  const wide = halves(400, 100);
  return new Map<string, GoodFile>([
    ['plain.jpg', { ...upright, topLeft: orange, bytes: await image().jpeg(finest).toBuffer() }],
    ['plain.png', { ...upright, topLeft: orange, bytes: await image().png().toBuffer() }],
    [
      'plain.webp',
      { ...upright, topLeft: orange, bytes: await image().webp({ lossless: true }).toBuffer() },
    ],
    [
      'progressive.jpeg',
      {
        ...upright,
        topLeft: orange,
        bytes: await image()
          .jpeg({ ...finest, progressive: true })
          .toBuffer(),
      },
    ],
    [
      // Converted through a CMYK profile and back, orange comes out a little different.
      'cmyk.jpg',
      {
        ...upright,
        topLeft: [246, 128, 1],
        bytes: await image().toColourspace('cmyk').jpeg(finest).toBuffer(),
      },
    ],
    [
      'palette.png',
      {
        ...upright,
        topLeft: orange,
        bytes: await image().png({ palette: true, colours: 4, dither: 0 }).toBuffer(),
      },
    ],
    [
      'grey.jpg',
      {
        ...upright,
        topLeft: grey,
        bytes: await sharp(new Uint8Array(96).fill(128), {
          raw: { width: 12, height: 8, channels: 1 },
        })
          .toColourspace('b-w')
          .jpeg(finest)
          .toBuffer(),
      },
    ],
    [
      'grey-16-bit.png',
      {
        ...upright,
        topLeft: grey,
        bytes: await sharp(greys, { raw: { width: 12, height: 8, channels: 1 } })
          .toColourspace('grey16')
          .png()
          .toBuffer(),
      },
    ],
    [
      'colour-16-bit.png',
      {
        ...upright,
        topLeft: orange,
        bytes: await sharp(deep, { raw: { width: 12, height: 8, channels: 3 } })
          .toColourspace('rgb16')
          .png()
          .toBuffer(),
      },
    ],
    [
      'transparent.png',
      {
        ...upright,
        topLeft: [255, 255, 255],
        bytes: await sharp(clear, { raw: { width: 12, height: 8, channels: 4 } })
          .png()
          .toBuffer(),
      },
    ],
    [
      // Orientation 6: the file lies on its side, and its left is the top of the picture.
      'turned.jpg',
      {
        width: 8,
        height: 12,
        topLeft: orange,
        bytes: await image().withMetadata({ orientation: 6 }).jpeg(finest).toBuffer(),
      },
    ],
    [
      'long.png',
      {
        width: 400,
        height: 100,
        topLeft: orange,
        bytes: await sharp(wide, { raw: { width: 400, height: 100, channels: 3 } })
          .png()
          .toBuffer(),
      },
    ],
    [
      'single-pixel.png',
      {
        width: 1,
        height: 1,
        topLeft: orange,
        bytes: await sharp(Uint8Array.from(orange), { raw: { width: 1, height: 1, channels: 3 } })
          .png()
          .toBuffer(),
      },
    ],
  ]);
}

/** Files that must be refused, by name. */
export async function badFiles(): Promise<ReadonlyMap<string, Uint8Array>> {
  const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, at) => (at * 2654435761) >>> 13);
  const image = sharp(noise, { raw: { width: 64, height: 64, channels: 3 } });
  const jpeg = await image.clone().jpeg().toBuffer();
  const png = await image.clone().png().toBuffer();
  const gif = await image.clone().gif().toBuffer();
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  return new Map<string, Uint8Array>([
    ['cut.jpg', jpeg.subarray(0, jpeg.length >> 1)],
    ['cut.png', png.subarray(0, png.length >> 1)],
    ['header-only.jpg', jpeg.subarray(0, 200)],
    ['scrambled.jpg', scrambled(jpeg)],
    ['empty.jpg', new Uint8Array(0)],
    ['text.jpg', text('This is not an image.\n')],
    [
      'drawing.png',
      text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg>'),
    ],
    ['cut.gif', gif.subarray(0, gif.length >> 1)],
    ['bomb.png', pngBomb(16_000)],
  ]);
}

/** A black PNG of `side` × `side` pixels, 1 bit each: some 30 KB for 256 million pixels. */
export function pngBomb(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  const rows = Buffer.alloc(side * (1 + Math.ceil(side / 8)));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', zlib.deflateSync(rows, { level: 6 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const finest = { quality: 100, chromaSubsampling: '4:4:4' };

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  const sum = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(zlib.crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** Orange on the left, blue on the right. */
function halves(width: number, height: number): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at += 1) {
    data.set(at % width < width / 2 ? [255, 128, 0] : [0, 0, 255], at * 3);
  }
  return data;
}

/** The same file with 200 bytes of its picture data inverted. */
function scrambled(jpeg: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(jpeg);
  const start = jpeg.length >> 1;
  for (let at = start; at < start + 200; at += 1) copy[at]! ^= 0xff;
  return copy;
}
