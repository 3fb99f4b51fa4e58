import zlib from 'node:zlib';
import test from 'ava';
import { type ImageFormat, imageFormat } from '../../../operators/image-formats.ts';
import { decodePixels } from '../../../operators/image/decode-pixels.ts';
import { sharp } from '../../../operators/image/sharp-setup.ts';
import { bmpFile, fewColours, inEveryFormat, smallFrameGif } from '../../helpers/image-files.ts';

const image = fewColours(20, 10);
const files = await inEveryFormat(image);
const formats = Object.keys(files) as ImageFormat[];

const white = [255, 255, 255];

/** Largest difference of a byte. */
const apart = (a: Uint8Array, b: Uint8Array): number =>
  a.length === b.length
    ? a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0)
    : 256;

for (const format of formats) {
  test(`${format}: the content says the format, and the pixels are those that were written`, async (t) => {
    t.is(imageFormat(files[format]), format);
    const { width, height, data } = await decodePixels(files[format]);
    t.deepEqual([width, height], [image.width, image.height]);
    const tolerance = format === 'jpeg' ? 8 : 0;
    t.true(apart(data, image.data) <= tolerance, `${apart(data, image.data)}`);
  });

  test(`${format}: a cut file is refused, or all of its pixels are there`, async (t) => {
    const whole = await decodePixels(files[format]);
    const { length } = files[format];
    const step = Math.ceil(length / 60);
    for (let cut = 1; cut < length; cut += cut < 20 ? 1 : step) {
      const outcome = await decodePixels(files[format].subarray(0, length - cut)).catch(
        (error: Error) => error,
      );
      if (outcome instanceof Error) t.is(outcome.name, 'PipelineError', `${outcome.stack}`);
      else t.deepEqual(outcome, whole, `without its last ${cut} bytes`);
    }
  });

  test(`${format}: a large image is shrunk on loading, and the limit of pixels is kept`, async (t) => {
    const { width, height } = await decodePixels(files[format], { shrinkTo: 5 });
    t.deepEqual([width, height], [10, 5]);
    await t.throwsAsync(decodePixels(files[format], { maxPixels: 199 }), {
      code: 'ERR_DECODE',
      message: /^it has 20 × 10 = 200 pixels, more than `maxPixels: 199` allows/,
    });
    await t.notThrowsAsync(decodePixels(files[format], { maxPixels: 200 }));
  });
}

test('of a GIF the first frame is taken, on its screen', async (t) => {
  const { data, width, height } = await decodePixels(smallFrameGif(3, 3));
  t.deepEqual([width, height], [3, 3]);
  const expected = Array.from({ length: 9 }, (_, at) => (at === 4 ? [0, 0, 255] : white)).flat();
  t.deepEqual([...data], expected, 'what the frame leaves open is transparent');
  const dropped = await decodePixels(smallFrameGif(3, 3), { alpha: 'drop' });
  t.deepEqual([...dropped.data.subarray(0, 3)], [255, 0, 0], 'and has the first colour');
});

test('a GIF with fewer pixels than its frame has, or one that is too large, is refused', async (t) => {
  await t.throwsAsync(decodePixels(smallFrameGif(5, 5, { width: 4, height: 4 })), {
    message: 'the file ends before its last pixel',
  });
  for (const gif of [
    smallFrameGif(65_535, 65_535),
    smallFrameGif(3, 3, { width: 65_000, height: 65_000 }),
  ]) {
    await t.throwsAsync(decodePixels(gif), { message: /pixels, more than `maxPixels/ });
  }
});

test('an interlaced GIF has its rows in place', async (t) => {
  const { data } = image;
  for (const height of [1, 2, 3, 5, 10]) {
    const part = data.subarray(0, 20 * height * 3);
    const gif = await sharp(part, { raw: { width: 20, height, channels: 3 } })
      .gif({ dither: 0, progressive: true })
      .toBuffer();
    t.deepEqual((await decodePixels(gif)).data, part, `${height} rows`);
  }
});

const [red, blue] = [
  [255, 0, 0],
  [0, 0, 255],
];
const palette = Uint8Array.from([0, 0, 255, 0, 255, 0, 0, 0]);

test('BMP: palettes, bit fields, run lengths and opacity', async (t) => {
  const size = { width: 3, height: 1 };
  const bmp = async (bytes: number[], parts: object): Promise<number[]> => [
    ...(await decodePixels(bmpFile({ ...size, data: Uint8Array.from(bytes) }, parts))).data,
  ];
  const mixed = [...red, ...blue, ...red];
  const colours = 2;
  const between = palette;
  t.deepEqual(await bmp([0b0100_0000, 0, 0, 0], { bits: 1, between, colours }), mixed);
  t.deepEqual(await bmp([0x01, 0x00, 0, 0], { bits: 4, between, colours }), mixed);
  t.deepEqual(await bmp([0, 1, 0, 0], { bits: 8, between, colours }), mixed);
  const runs = [1, 0, 1, 1, 1, 0, 0, 1];
  t.deepEqual(await bmp(runs, { bits: 8, compression: 1, between, colours }), mixed);
  const literal = [0, 3, 0x01, 0x00, 0, 1];
  t.deepEqual(await bmp(literal, { bits: 4, compression: 2, between, colours }), mixed);
  const fields = [0x00, 0xf8, 0x1f, 0x00, 0x00, 0xf8, 0, 0];
  const masks = Uint8Array.from([0, 0xf8, 0, 0, 0xe0, 7, 0, 0, 0x1f, 0, 0, 0]);
  t.deepEqual(await bmp(fields, { bits: 16, compression: 3, between: masks }), mixed);
  const open = [0, 0, 255, 255, 255, 0, 0, 255, 9, 9, 9, 0];
  const four = Uint8Array.from([0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255]);
  t.deepEqual(await bmp(open, { bits: 32, compression: 6, between: four }), [
    ...red,
    ...blue,
    ...white,
  ]);
});

test('BMP: what is damaged or of another kind is refused', async (t) => {
  const size = { width: 3, height: 1, data: Uint8Array.from([0, 3, 0, 0]) };
  await t.throwsAsync(decodePixels(bmpFile(size, { bits: 8, between: palette, colours: 2 })), {
    message: 'it has colours that are not in its palette',
  });
  await t.throwsAsync(decodePixels(bmpFile(size, { bits: 24, compression: 4 })), {
    message: /BMP of 24 bits a pixel in compression 4, which is not read/,
  });
  const pixels = { width: 1, height: 1, data: Uint8Array.from([1, 2, 3, 0]) };
  await t.throwsAsync(
    decodePixels(bmpFile(pixels, { bits: 32, compression: 3, between: new Uint8Array(12) })),
    { message: 'its header states no masks for its colours' },
  );
  await t.throwsAsync(decodePixels(bmpFile({ ...size, width: 60_000, height: -60_000 }, {})), {
    message: /60000 × 60000/,
  });
});

test('PNM: plain and binary, bitmaps, and other maxima than 255', async (t) => {
  const grey = async (text: string, bytes: number[] = []): Promise<number[]> => {
    const { data } = await decodePixels(Buffer.concat([Buffer.from(text), Buffer.from(bytes)]));
    return [...data].filter((_, at) => at % 3 === 0);
  };
  t.deepEqual(await grey('P1\n# a comment\n3 1\n010'), [255, 0, 255]);
  t.deepEqual(await grey('P4 3 1\n', [0b0100_0000]), [255, 0, 255]);
  t.deepEqual(await grey('P2 3 1 4\n0 2 # two\n4\n'), [0, 128, 255]);
  t.deepEqual(await grey('P5 3 1 255\n', [0, 7, 255]), [0, 7, 255]);
  t.deepEqual(await grey('P5 2 1 65535\n', [0x80, 0x80, 0xff, 0xff]), [128, 255]);
  const rgb = await decodePixels(Buffer.from('P3 1 1 255 1 2 3'));
  t.deepEqual([...rgb.data], [1, 2, 3]);
});

test('PNM: what is damaged is refused', async (t) => {
  for (const [text, message] of [
    ['P5 3 1 255\nab', /ends before its last pixel/],
    ['P2 3 1 255\n1 2', /ends before its last pixel/],
    ['P2 3 1 255\n1 2 x', /other text among its numbers/],
    ['P2 3 1 4\n1 2 5\n', /values above its maximum/],
    ['P5 3 1 0\nabc', /maximum of 1 to 65535/],
    ['P5 0 1 255\n', /no size/],
    ['P6 100000 100000 255\n', /100000 × 100000/],
  ] as const) {
    await t.throwsAsync(decodePixels(Buffer.from(text)), { code: 'ERR_DECODE', message }, text);
  }
});

/** A TIFF of one grey pixel, with these entries beside those that it needs; and perhaps a next page. */
function tiffFile(more: readonly (readonly [tag: number, value: number])[], next = 0): Buffer {
  const needed = [
    [256, 1],
    [257, 1],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, 200],
    [277, 1],
    [278, 1],
    [279, 1],
  ] as const;
  const entries = new Map<number, number>([...needed, ...more]);
  const file = Buffer.alloc(204, 77);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(entries.size, 8);
  let at = 10;
  for (const [tag, value] of [...entries].toSorted(([a], [b]) => a - b)) {
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(tag === 254 ? 4 : 3, at + 2);
    file.writeUInt32LE(1, at + 4);
    file.writeUInt32LE(value, at + 8);
    at += 12;
  }
  file.writeUInt32LE(next, at);
  return file;
}

test('TIFF: the first page is read, wherever the others are', async (t) => {
  for (const next of [0, 8, 100, 1e9]) {
    const { data } = await decodePixels(tiffFile([], next));
    t.deepEqual([...data], [77, 77, 77], `next page at ${next}`);
  }
});

test('TIFF: raw files of cameras and colours that would come out wrong are refused by name', async (t) => {
  const cases = [
    [[[254, 1]], /begins with a thumbnail/],
    [[[50_706, 1]], /raw file of a camera/],
    [[[262, 6]], /photometric interpretation 6/],
    [[[262, 8]], /photometric interpretation 8/],
    [[[339, 3]], /other values than whole numbers/],
    [[[258, 32]], /other values than whole numbers/],
    [[[258, 12]], /a TIFF of 12 bits a value, which is not read/],
    [[[259, 50_000]], /compression 50000 \(Zstandard\), which is not read/],
    [[[259, 34_887]], /compression 34887, which is not read/],
  ] as const;
  for (const [more, message] of cases) {
    await t.throwsAsync(decodePixels(tiffFile(more)), { code: 'ERR_DECODE', message });
  }
});

test('TIFF: inks of 16 bits are those of 8 bits', async (t) => {
  const inks = [0, 10, 200, 255, 30, 0, 0, 128];
  const tiff = (bits: number): Buffer => {
    const data = inks.flatMap((ink) => (bits === 8 ? [ink] : [ink, ink]));
    const file = tiffFile([
      [256, 2],
      [258, bits],
      [262, 5],
      [277, 4],
      [279, data.length],
    ]);
    return Buffer.concat([file.subarray(0, 200), Buffer.from(data)]);
  };
  const options = { icc: 'ignore' } as const;
  const [eight, sixteen] = [tiff(8), tiff(16)].map((file) => decodePixels(file, options));
  t.deepEqual(await sixteen, await eight);
});

test('PNG: an orientation behind the pixels counts as one before them', async (t) => {
  const chunk = (type: string, content: Buffer): Buffer => {
    const named = Buffer.concat([Buffer.from(type), content]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    sum.writeUInt32BE(zlib.crc32(named));
    return Buffer.concat([length, named, sum]);
  };
  const { png } = await inEveryFormat(fewColours(5, 3));
  const exif = chunk(
    'eXIf',
    Buffer.from('II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0', 'latin1'),
  );
  const turned = (at: number): Buffer =>
    Buffer.concat([png.subarray(0, at), exif, png.subarray(at)]);
  const [early, late] = [turned(33), turned(png.length - 12)];
  t.is((await decodePixels(early)).width, 3);
  t.deepEqual(await decodePixels(late), await decodePixels(early));
  t.deepEqual(await decodePixels(late, { exif: 'ignore' }), await decodePixels(png));
});

test('AVIF: of a sequence the still image, of multiplied colours nothing', async (t) => {
  const { avif } = await inEveryFormat(fewColours(5, 3));
  const sequence = Buffer.from(avif);
  sequence.write('avis', 8);
  t.deepEqual(await decodePixels(sequence), await decodePixels(avif));
  const data = new Uint8Array(16 * 16 * 4).fill(100);
  const open = sharp(data, { raw: { width: 16, height: 16, channels: 4 } });
  const multiplied = await open.avif().toBuffer();
  t.is((await decodePixels(multiplied)).width, 16);
  multiplied.write('prem', multiplied.indexOf('auxl'));
  await t.throwsAsync(decodePixels(multiplied), { message: /multiplied by its opacity/ });
});

test('a colour profile of XYZ or CIELAB is not that of a picture, and is passed over', async (t) => {
  const image = sharp({ create: { width: 8, height: 8, channels: 3, background: '#3a7' } });
  const jpeg = await image.jpeg().withIccProfile('p3').toBuffer();
  const plain = await decodePixels(jpeg, { icc: 'ignore' });
  t.notDeepEqual(await decodePixels(jpeg), plain);
  for (const space of ['XYZ ', 'Lab ', 'HSV ']) {
    jpeg.write(space, jpeg.indexOf('acsp') - 20);
    t.deepEqual(await decodePixels(jpeg), plain, space);
  }
});

test('a JPEG of more than 8 bits is named', async (t) => {
  const jpeg = Buffer.from((await inEveryFormat(fewColours(5, 3))).jpeg);
  jpeg[jpeg.indexOf(Buffer.from([0xff, 0xc0])) + 4] = 12;
  await t.throwsAsync(decodePixels(jpeg), { message: /JPEG of 12 bits a value.* convert it/ });
});

test('what is no image, or in a format that is not read, is named with the way out', async (t) => {
  const text = (content: string): Buffer => Buffer.from(content, 'latin1');
  const ftyp = (brands: string): Buffer =>
    text(`\0\0\0\x18ftyp${brands.slice(0, 4)}\0\0\0\0${brands.slice(4)}`);
  for (const [bytes, message] of [
    [text(''), 'it is an empty file, which is not read; download the image again'],
    [Buffer.alloc(5000), 'it is a file of zeros, which is not read; download the image again'],
    [ftyp('heicmif1heic'), 'it is HEIC, which is not read; convert it to JPEG or PNG'],
    [ftyp('mif1miafheic'), 'it is HEIC, which is not read; convert it to JPEG or PNG'],
    [ftyp('isomavc1mp41'), 'it is a video, which is not read; extract its frames'],
    [text('\xff\x0a\x00\x01'), 'it is JPEG XL, which is not read; convert it to JPEG or PNG'],
    [
      text('\0\0\0\x0cjP  \r\n\x87\n'),
      'it is JPEG 2000, which is not read; convert it to JPEG or PNG',
    ],
    [
      text('8BPS\0\x01'),
      'it is a Photoshop document, which is not read; convert it to JPEG or PNG',
    ],
    [
      text('II*\0\x10\0\0\0CR\x02\0'),
      'it is a raw file of a camera, which is not read; convert it to JPEG or PNG',
    ],
    [
      text('\0\0\x01\0\x01\0\x10\x10'),
      'it is an icon, which is not read; convert it to JPEG or PNG',
    ],
    [
      text('<!DOCTYPE html><html><body>404'),
      'it is a web page, which is not read; download the image again',
    ],
    [text('\n<HTML>'), 'it is a web page, which is not read; download the image again'],
    [
      text('<?xml version="1.0"?>\n<svg xmlns="x"/>'),
      'it is SVG, which is not read; convert it to JPEG or PNG',
    ],
    [text('{"error": "not found"}'), 'it is text, which is not read; download the image again'],
    [
      text('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'),
      'it is a Git LFS pointer, which is not read; fetch the image with `git lfs pull`',
    ],
    [text('PK\x03\x04'), 'it is an archive, which is not read; unpack it'],
    [text('\x01\x02\x03'), 'it is in no format that is known; it begins with the bytes 01 02 03'],
  ] as const) {
    await t.throwsAsync(decodePixels(bytes), { code: 'ERR_DECODE', message });
  }
});

test('pixels of a P6 file are its bytes, in memory of their own, whatever white space stands before them', async (t) => {
  const pixels = Buffer.from([1, 2, 3, 0x20, 0x0a, 0x23]);
  for (const header of ['P6\n2 1\n255\n', 'P6 2 1 255 ', 'P6#a\n# b\r2\t1 #c\n255\r']) {
    const file = Buffer.concat([Buffer.from(header), pixels, Buffer.from('more')]);
    const { width, height, data } = await decodePixels(file);
    t.deepEqual([width, height, ...data], [2, 1, ...pixels], header);
    file.fill(0);
    t.deepEqual([...data], [...pixels], 'a file may lie in a buffer that is used again');
    t.is(data.buffer.byteLength, pixels.length);
  }
  for (const header of ['P6 2 1 255', 'P6 2 x1 255 ', 'P6 2 1234567890 255 ', 'P6 # ']) {
    await t.throwsAsync(decodePixels(Buffer.from(header)), {
      message: 'its header is not that of a PNM file',
    });
  }
});
