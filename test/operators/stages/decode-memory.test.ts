import test from 'ava';
import { decodePixels } from '../../../operators/image/decode-pixels.ts';
import { sharp } from '../../../operators/image/sharp-setup.ts';

test('decoding again and again does not fill the memory', async (t) => {
  const [width, height] = [640, 512];
  const grey = new Uint8Array(width * height * 3).fill(90);
  const png = await sharp(grey, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  const decode = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time += 1) await decodePixels(png);
  };
  await decode(60);
  const before = process.memoryUsage.rss();
  await decode(240);
  const grown = process.memoryUsage.rss() - before;
  // A copy left behind by each would be 236 MB. What is still to be collected is a fraction of that.
  t.true(grown < 80e6, `${grown} bytes`);
});
