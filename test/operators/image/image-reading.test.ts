import test from 'ava';
import { decodePixels } from '../../../operators/image/decode-pixels.ts';
import { sharp } from '../../../operators/image/sharp-setup.ts';

/** Two pixels: red, and blue that lets half of the light through. */
const half = Uint8Array.from([255, 0, 0, 255, 0, 0, 255, 128]);
const raw = { width: 2, height: 1 } as const;

test('`exif: ignore` leaves an image as it is stored', async (t) => {
  const turned = await sharp(half, { raw: { ...raw, channels: 4 } })
    .withMetadata({ orientation: 6 })
    .png()
    .toBuffer();
  const upright = await decodePixels(turned);
  t.deepEqual([upright.width, upright.height], [1, 2]);
  const stored = await decodePixels(turned, { exif: 'ignore' });
  t.deepEqual([stored.width, stored.height], [2, 1]);
});

test('`icc: ignore` takes the values of the file as they are', async (t) => {
  const wide = await sharp(Uint8Array.from([200, 40, 30, 30, 40, 200]), {
    raw: { ...raw, channels: 3 },
  })
    .withIccProfile('p3')
    .png()
    .toBuffer();
  const stored = await sharp(wide, { ignoreIcc: true }).raw().toBuffer();
  const ignored = await decodePixels(wide, { icc: 'ignore' });
  t.deepEqual([...ignored.data], [...stored]);
  const applied = await decodePixels(wide);
  t.notDeepEqual([...applied.data], [...stored]);
});

test('`icc: ignore` converts the inks of a CMYK image by R = (255 − C)(255 − K) / 255', async (t) => {
  const jpeg = await sharp({ create: { width: 16, height: 16, channels: 3, background: 'red' } })
    .toColourspace('cmyk')
    .jpeg({ quality: 100 })
    .toBuffer();
  const stored = await sharp(jpeg, { ignoreIcc: true })
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw()
    .toBuffer();
  const { data } = await decodePixels(jpeg, { icc: 'ignore' });
  const [cyan, magenta, yellow, black] = stored;
  const seen = [cyan!, magenta!, yellow!].map((ink) => ((255 - ink) * (255 - black!)) / 255);
  for (const [at, value] of seen.entries()) t.true(Math.abs(data[at]! - value) <= 1, `${at}`);
});

test('`alpha: drop` keeps the colour below transparency, as `convert("RGB")` of Pillow does', async (t) => {
  const png = await sharp(half, { raw: { ...raw, channels: 4 } })
    .png()
    .toBuffer();
  const dropped = await decodePixels(png, { alpha: 'drop' });
  t.deepEqual([...dropped.data], [255, 0, 0, 0, 0, 255]);
  const white = await decodePixels(png);
  t.deepEqual([...white.data], [255, 0, 0, 127, 127, 255]);
});

test('with `alpha: drop` colours below full transparency are shrunk as they are', async (t) => {
  const pixels = Uint8Array.from({ length: 8 * 8 * 4 }, (_, at) => [200, 90, 10, 0][at % 4]!);
  const clear = sharp(pixels, { raw: { width: 8, height: 8, channels: 4 } });
  const files = {
    png: await clear.png().toBuffer(),
    palette: await clear.png({ palette: true }).toBuffer(),
    webp: await clear.webp({ lossless: true, exact: true }).toBuffer(),
    tiff: await clear.tiff({ compression: 'lzw' }).toBuffer(),
  };
  const whole = await decodePixels(files.palette, { alpha: 'drop' });
  for (const [name, bytes] of Object.entries(files)) {
    const { width, height, data } = await decodePixels(bytes, { alpha: 'drop', shrinkTo: 3 });
    t.deepEqual([width, height], [3, 3], name);
    const colour = name === 'palette' ? [...whole.data.subarray(0, 3)] : [200, 90, 10];
    t.deepEqual([...data], Array.from({ length: 9 }, () => colour).flat(), name);
  }
});

test('a reading that does not exist is refused', async (t) => {
  await t.throwsAsync(decodePixels(half, { exif: 'sometimes' as 'apply' }), {
    instanceOf: RangeError,
    message: 'Expected `exif` to be `apply` or `ignore`, got `sometimes`',
  });
});
