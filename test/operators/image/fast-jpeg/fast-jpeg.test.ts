import { Worker } from 'node:worker_threads';
import test from 'ava';
import { decodePixels } from '../../../../operators/image/decode-pixels.ts';
import { fastJpeg, fastJpegFault } from '../../../../operators/image/fast-jpeg/fast-jpeg.ts';
import { loadLibjpeg } from '../../../../operators/image/fast-jpeg/libjpeg-codec.ts';
import {
  fastJpegOver,
  openFastJpeg,
} from '../../../../operators/image/fast-jpeg/open-fast-jpeg.ts';
import { nativePixels } from '../../../../operators/image/native-pixels.ts';
import { picture } from '../../../helpers/encoded-jpegs.ts';
import { madeJpeg } from '../../../helpers/made-jpegs.ts';
import { jpegExif, oddJpegs, plainJpegs, withSegment } from '../../../helpers/odd-jpegs.ts';

const isCampaign = process.env['CAMPAIGN'] !== undefined;
const { 'plain.jpg': plain, 'progressive.jpg': progressive, 'cmyk.jpg': cmyk } = await plainJpegs();
const { 'profile-of-noise.jpg': profile, 'unknown-adobe.jpg': adobe } = await oddJpegs();
const turned = withSegment(plain!, jpegExif(6));
const large = await picture(300, 200).jpeg().toBuffer();

/** With the byte behind the first of these markers set. */
function withByte(bytes: Buffer, marker: number, offset: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[changed.indexOf(Buffer.of(0xff, marker)) + offset] = value;
  return changed;
}

const made = { width: 16, height: 16 };
const names = [...Buffer.from('RGB')];

const left: Readonly<Record<string, Buffer>> = {
  'a progressive one': progressive!,
  'one of four inks': cmyk!,
  'one that EXIF turns': turned,
  'one with a colour profile': profile!.bytes,
  'one with a marker of Adobe': adobe!.bytes,
  'a large one': large,
  'arithmetic coding': withByte(plain!, 0xc0, 1, 0xc9),
  'a lossless one': withByte(plain!, 0xc0, 1, 0xc3),
  'a hierarchical one': withByte(plain!, 0xc0, 1, 0xc5),
  'twelve bits': withByte(withByte(plain!, 0xc0, 1, 0xc1), 0xc1, 4, 12),
  'a number of rows that follows (DNL)': withByte(withByte(plain!, 0xc0, 5, 0), 0xc0, 6, 0),
  'components named R, G and B': madeJpeg({ ...made, names }),
  'components named 0, 1 and 2': madeJpeg({ ...made, names: [0, 1, 2] }),
  'two components': madeJpeg({ ...made, sampling: [0x11, 0x11] }),
  'colours sampled more finely': madeJpeg({ ...made, sampling: [0x11, 0x21, 0x11] }),
  'steps of 16 bits': withByte(plain!, 0xdb, 4, 0x10),
  'an extraneous byte': Buffer.concat([plain!.subarray(0, 2), Buffer.of(0), plain!.subarray(2)]),
  'no bytes': Buffer.alloc(0),
  text: Buffer.from('This is no image.'),
};

for (const [name, bytes] of Object.entries(left)) {
  test(`left to sharp: ${name}`, async (t) => {
    t.is((await openFastJpeg()).pixels(bytes), undefined);
  });
}

test('options of the caller decide where they change something', async (t) => {
  const fast = await openFastJpeg();
  t.truthy(fast.pixels(turned, { exif: 'ignore' }));
  t.truthy(fast.pixels(profile!.bytes, { icc: 'ignore' }));
  t.truthy(fast.pixels(large, { mostPixels: 60_000 }));
  t.is(fast.pixels(large, { mostPixels: 59_999 }), undefined);
  t.truthy(fast.pixels(plain!, { maxPixels: 1280, shrinkTo: 32 }));
  t.is(fast.pixels(plain!, { maxPixels: 1279 }), undefined);
  t.is(fast.pixels(plain!, { shrinkTo: 31 }), undefined);
});

test('pixels belong to the caller: the next image leaves them as they are', async (t) => {
  const fast = await openFastJpeg();
  const first = fast.pixels(plain!)!;
  const kept = Uint8Array.from(first.data);
  fast.pixels(madeJpeg({ ...made, width: 40, height: 32 }));
  t.deepEqual(first.data, kept);
  t.is(first.data.constructor, Uint8Array);
});

test('after an error the decoder is opened anew, and the image is left to sharp', async (t) => {
  const open = await loadLibjpeg();
  let opened = 0;
  const fast = fastJpegOver(() => {
    opened += 1;
    const decoder = open();
    if (opened > 1) return decoder;
    return {
      getEncodedBuffer: (size) => decoder.getEncodedBuffer(size),
      getDecodedBuffer: () => decoder.getDecodedBuffer(),
      decode() {
        throw new Error('out of memory');
      },
    };
  });
  t.is(fast.pixels(plain!), undefined);
  t.deepEqual(fast.pixels(plain!), await nativePixels(plain!, {}));
  t.is(opened, 2);
});

test('every warning of libjpeg is an error', async (t) => {
  const open = await loadLibjpeg();
  const cut = plain!.subarray(0, -2);
  const decoder = open();
  decoder.getEncodedBuffer(cut.length).set(cut);
  t.throws(() => decoder.decode(), { any: true });
});

test.serial('memory stays flat over images of many sizes', async (t) => {
  t.timeout(300_000);
  const fast = await openFastJpeg();
  const sizes = [8, 16, 100, 220].map((width) => madeJpeg({ width, height: 33 }));
  const some = (count: number): void => {
    for (let at = 0; at < count; at += 1) if (!fast.pixels(sizes[at % 4]!)) t.fail();
  };
  some(400);
  const before = process.memoryUsage().rss;
  some(isCampaign ? 100_000 : 4000);
  const grown = process.memoryUsage().rss - before;
  t.true(grown < 100e6, `${grown} bytes`);
});

test('it opens without a word and sets no handler of the process', async (t) => {
  const events = ['uncaughtException', 'unhandledRejection', 'exit', 'warning'];
  const before = events.map((event) => process.listenerCount(event));
  await openFastJpeg();
  t.deepEqual(
    events.map((event) => process.listenerCount(event)),
    before,
  );
  t.is(process.exitCode, undefined);
});

test('a package that is missing is told in one line', async (t) => {
  const { href } = new URL('../../../../operators/image/fast-jpeg/fast-jpeg.ts', import.meta.url);
  // What `require` says of it goes on with the files that asked for it.
  const script = `
    const { parentPort, workerData } = require('node:worker_threads');
    require('node:module')._resolveFilename = (name) => {
      throw new Error("Cannot find module '" + name + "'\\nRequire stack:\\n- a.js");
    };
    import(workerData).then(async ({ fastJpegFault }) => parentPort.postMessage(await fastJpegFault()));`;
  const source = href.replace(/\.ts$/u, import.meta.url.endsWith('.ts') ? '.ts' : '.js');
  const worker = new Worker(script, { eval: true, workerData: source });
  const told = await new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
  t.regex(String(told), /libjpeg-turbo does not load: Cannot find module '[^\n]+'$/u);
  await worker.terminate();
});

test('where it does not load, one sentence says so, and sharp decodes', async (t) => {
  // A thread of its own: what is opened is kept for a thread.
  const { href } = new URL('../../../../operators/image/fast-jpeg/fast-jpeg.ts', import.meta.url);
  t.is(await fastJpegFault(), undefined);
  t.truthy(await fastJpeg());
  const script = `
    delete globalThis.WebAssembly;
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData).then(async ({ fastJpeg, fastJpegFault }) =>
      parentPort.postMessage([await fastJpeg(), await fastJpegFault()]));`;
  const source = href.replace(/\.ts$/u, import.meta.url.endsWith('.ts') ? '.ts' : '.js');
  const worker = new Worker(script, { eval: true, workerData: source });
  const told = await new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
  t.deepEqual(told, [
    undefined,
    'sharp decodes all images, small JPEGs several times slower, for libjpeg-turbo does not load: this Node.js has no WebAssembly',
  ]);
  await worker.terminate();
});

test('a decoder of another name is refused', async (t) => {
  await t.throwsAsync(decodePixels(plain!, { decoder: 'fast' as 'auto' }), {
    instanceOf: RangeError,
    message: 'Expected `decoder` to be `auto` or `sharp`, got `fast`',
  });
});
