import test from 'ava';
import { from, lastValueFrom, of, toArray } from 'rxjs';
import { PipelineError } from '../../../operators/errors.ts';
import { permits } from '../../../operators/flow/permits.ts';
import { decodeImage } from '../../../operators/stages/decode-image.ts';
import { decodePixels } from '../../../operators/image/decode-pixels.ts';
import { sharp } from '../../../operators/image/sharp-setup.ts';
import type { EncodedImage, RgbImage } from '../../../operators/types.ts';
import { settled } from '../../helpers/deferred.ts';
import { badFiles, goodFiles, pngBomb } from '../../helpers/hostile-images.ts';

const encoded = (position: number, bytes: Uint8Array): EncodedImage => ({
  id: `s${position}`,
  label: 0,
  position,
  draw: 0,
  bytes,
});

/** The largest difference to the expected colour of the top left pixel. */
const farthest = (image: RgbImage, colour: readonly number[]): number =>
  Math.max(...colour.map((value, channel) => Math.abs(value - image.data[channel]!)));

test('decodes every accepted kind of file, upright, to 8-bit sRGB', async (t) => {
  for (const [name, { bytes, width, height, topLeft }] of await goodFiles()) {
    const image = await decodePixels(bytes);
    t.deepEqual([image.width, image.height], [width, height], name);
    t.is(image.data.length, width * height * 3, name);
    t.is(Object.getPrototypeOf(image.data), Uint8Array.prototype, name);
    // A JPEG of the best quality is off by rounding, once in each colour space.
    t.true(farthest(image, topLeft) <= 2, `${name}: ${image.data.slice(0, 3).join(' ')}`);
  }
});

test('refuses every kind of damaged or foreign file, and says which', async (t) => {
  for (const [name, bytes] of await badFiles()) {
    const decode = decodeImage({ permits: permits(2) });
    const error = await t.throwsAsync<PipelineError>(
      lastValueFrom(of({ ...encoded(0, bytes), id: name }).pipe(decode)),
      { instanceOf: PipelineError },
      name,
    );
    t.is(error.code, 'ERR_DECODE', name);
    t.is(error.sample, name);
    t.true(error.message.includes(`\`${name}\``), error.message);
    t.true(error.cause instanceof Error, name);
  }
});

test('says the same of a damaged file whatever fails at the same time', async (t) => {
  // libvips collects its messages for the whole process: decodes that fail together lose some of them.
  const files = [...(await badFiles())];
  const messageOf = async (name: string, bytes: Uint8Array, at = permits(1)): Promise<string> => {
    const decode = decodeImage({ permits: at });
    const error = await t.throwsAsync<PipelineError>(
      lastValueFrom(of({ ...encoded(0, bytes), id: name }).pipe(decode)),
    );
    return error.message;
  };
  const alone = new Map<string, string>();
  for (const [name, bytes] of files) alone.set(name, await messageOf(name, bytes));
  const many = permits(4);
  for (let round = 0; round < 20; round += 1) {
    const together = files.map(async ([name, bytes]) => {
      t.is(await messageOf(name, bytes, many), alone.get(name)!);
    });
    await Promise.all(together);
  }
  t.regex(
    alone.get('header-only.jpg')!,
    /: its JPEG header is damaged or of a kind that is not read$/,
  );
  t.regex(alone.get('cut.jpg')!, /: the JPEG file is damaged$/);
});

test('refuses an image above the pixel limit before decoding it', async (t) => {
  await t.throwsAsync(decodePixels(pngBomb(16_000)), {
    code: 'ERR_DECODE',
    message:
      'it has 16000 × 16000 = 256000000 pixels, more than `maxPixels: 64000000` allows. ' +
      'Shrink the image, or raise the limit',
  });
  await t.throwsAsync(decodePixels(pngBomb(100), { maxPixels: 9_999 }), {
    message: /100 × 100 = 10000 pixels, more than `maxPixels: 9999` allows/,
  });
  t.is((await decodePixels(pngBomb(100), { maxPixels: 10_000 })).width, 100);
});

test('lays transparency on white', async (t) => {
  const half = Uint8Array.from([255, 0, 0, 128, 0, 0, 0, 0]);
  const png = await sharp(half, { raw: { width: 2, height: 1, channels: 4 } })
    .png()
    .toBuffer();
  const { data } = await decodePixels(png);
  t.deepEqual([...data], [255, 127, 127, 255, 255, 255]);
});

test('turns an image by its orientation', async (t) => {
  const { bytes } = (await goodFiles()).get('turned.jpg')!;
  const { data, width, height } = await decodePixels(bytes);
  const bottomRight = data.slice((width * height - 1) * 3);
  // What lies on the right in the file is at the bottom of the picture.
  t.true(bottomRight[2]! > 250 && bottomRight[0]! < 5, bottomRight.join(' '));
});

test('shrinks a large image until its shorter side is as asked, and no further', async (t) => {
  const { bytes } = (await goodFiles()).get('long.png')!;
  const image = await decodePixels(bytes, { shrinkTo: 25 });
  t.deepEqual([image.width, image.height], [100, 25]);
  const photo = await sharp(new Uint8Array(900 * 600 * 3).fill(90), {
    raw: { width: 900, height: 600, channels: 3 },
  })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const { width, height } = await decodePixels(photo, { shrinkTo: 83 });
  t.deepEqual([width, height], [83, 125]);
});

test('leaves an image alone whose shorter side is small enough', async (t) => {
  const { bytes } = (await goodFiles()).get('long.png')!;
  const whole = await decodePixels(bytes);
  for (const shrinkTo of [100, 101, 399, 5000]) {
    t.deepEqual(await decodePixels(bytes, { shrinkTo }), whole, `${shrinkTo}`);
  }
});

test('the same bytes give the same pixels', async (t) => {
  const { bytes } = (await goodFiles()).get('cmyk.jpg')!;
  const first = await decodePixels(bytes, { shrinkTo: 5 });
  const again = await Promise.all(
    Array.from({ length: 4 }, () => decodePixels(bytes, { shrinkTo: 5 })),
  );
  for (const image of again) t.deepEqual(image, first);
});

test('keeps the order and never holds more permits than there are', async (t) => {
  const files = [...(await goodFiles()).values()];
  const inner = permits(2);
  let most = 0;
  const decode = decodeImage({
    permits: {
      ...inner,
      use: (work, signal) =>
        inner.use(async () => {
          most = Math.max(most, inner.held);
          return await work();
        }, signal),
    },
  });
  const images = files.map(({ bytes }, at) => encoded(at, bytes));
  const decoded = await lastValueFrom(from(images).pipe(decode, toArray()));
  t.deepEqual(
    decoded.map(({ position }) => position),
    [...files.keys()],
  );
  t.deepEqual(
    decoded.map(({ image }) => image.width),
    files.map(({ width }) => width),
  );
  t.is(most, 2);
  t.is(inner.held, 0);
  t.false('bytes' in decoded[0]!);
});

test('unsubscribing drops the decodes that wait', async (t) => {
  const { bytes } = (await goodFiles()).get('long.png')!;
  const limited = permits(1);
  const inTheWay = await limited.acquire();
  const seen: unknown[] = [];
  const images = Array.from({ length: 20 }, (_, at) => encoded(at, bytes));
  const subscription = from(images)
    .pipe(decodeImage({ permits: limited }))
    .subscribe({ next: (value) => seen.push(value), error: (error) => seen.push(error) });
  await settled();
  t.is(limited.waiting, 20);
  subscription.unsubscribe();
  await settled();
  t.is(limited.waiting, 0);
  inTheWay();
  await settled();
  t.is(limited.held, 0);
  t.deepEqual(seen, []);
});

test('refuses options out of range at the call', (t) => {
  const one = permits(1);
  for (const options of [
    { shrinkTo: 0 },
    { shrinkTo: 1.5 },
    { limits: { maxPixels: 0 } },
    { limits: { timeoutSeconds: 3601 } },
    { limits: { timeoutSeconds: NaN } },
  ]) {
    t.throws(() => decodeImage({ permits: one, ...options }), {
      instanceOf: RangeError,
      message: /`(shrinkTo|maxPixels|timeoutSeconds)`/,
    });
  }
});
