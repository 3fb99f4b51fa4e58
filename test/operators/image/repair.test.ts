import test from 'ava';
import { decodePixels } from '../../../operators/image/decode-pixels.ts';
import { sharp } from '../../../operators/image/sharp-setup.ts';
import { oddJpegs, plainJpegs } from '../../helpers/odd-jpegs.ts';

const plain = await plainJpegs();
const odd = await oddJpegs();
const tolerant = true;

for (const [name, { bytes, taken }] of Object.entries(odd)) {
  test(`${name} is taken ${taken}`, async (t) => {
    const whole = await decodePixels(plain['plain.jpg']!);
    if (taken === 'silently') {
      t.deepEqual(await decodePixels(bytes), whole);
      t.deepEqual(await decodePixels(bytes, { tolerant }), whole, 'nothing is told of it');
      return;
    }
    const refused = await t.throwsAsync(decodePixels(bytes), { code: 'ERR_DECODE' });
    t.is(taken === 'tolerantly', refused.message.includes('`tolerant: true` uses it all the same'));
    if (taken === 'never') {
      await t.throwsAsync(decodePixels(bytes, { tolerant }), { message: refused.message });
      return;
    }
    const { repaired, ...image } = await decodePixels(bytes, { tolerant });
    t.deepEqual(image, whole);
    t.true(refused.message.startsWith(`${repaired!};`), refused.message);
  });
}

for (const [name, jpeg] of Object.entries(plain)) {
  test(`${name}: with \`tolerant\` a cut file has all of its pixels, or is refused`, async (t) => {
    const whole = await decodePixels(jpeg);
    let accepted = 0;
    for (let cut = 1; cut < jpeg.length; cut += cut < 40 ? 1 : 23) {
      const outcome = await decodePixels(jpeg.subarray(0, jpeg.length - cut), { tolerant }).catch(
        () => undefined,
      );
      if (outcome === undefined) continue;
      accepted += 1;
      const { repaired, ...image } = outcome;
      t.is(repaired, 'it has no end-of-image marker');
      t.deepEqual(image, whole, `without its last ${cut} bytes`);
    }
    t.true(accepted >= 2, 'the end-of-image marker has two bytes');
  });
}

for (const progressive of [false, true]) {
  const kind = progressive ? 'interlaced' : 'plain';
  test(`of a cut PNG, ${kind}, with \`tolerant\` all pixels are there, or it is refused`, async (t) => {
    const data = Uint8Array.from(
      { length: 23 * 9 * 4 },
      (_, at) => Math.imul(at, 0x9e3779b1) >>> 24,
    );
    const png = await sharp(data, { raw: { width: 23, height: 9, channels: 4 } })
      .png({ progressive })
      .toBuffer();
    const whole = await decodePixels(png);
    const repairs = new Set<string | undefined>();
    for (let cut = 1; cut < png.length; cut += cut < 40 ? 1 : 7) {
      const outcome = await decodePixels(png.subarray(0, png.length - cut), { tolerant }).catch(
        () => undefined,
      );
      if (outcome === undefined) continue;
      const { repaired, ...image } = outcome;
      t.deepEqual(image, whole, `without its last ${cut} bytes`);
      repairs.add(repaired);
    }
    // Without its last chunk nothing of the picture is missing; without the sum of its pixels it is assumed.
    t.deepEqual(repairs, new Set([undefined, 'it ends behind its last row, without its end']));
  });
}

test('a PNG with a wrong sum is refused, also with `tolerant`', async (t) => {
  const png = await sharp(new Uint8Array(300).fill(9), {
    raw: { width: 10, height: 10, channels: 3 },
  })
    .png()
    .toBuffer();
  png[png.indexOf('IEND') - 5]! ^= 1;
  await t.throwsAsync(decodePixels(png, { tolerant }), { message: 'the PNG file is damaged' });
});
