import { once } from 'node:events';
import test from 'ava';
import { sharp } from '../../../operators/image/sharp-setup.ts';
import { startWorker } from '../../../operators/threads/start-worker.ts';

test('a thread that starts takes no loader away, not for a moment, from those that decode', async (t) => {
  const png = await sharp(Uint8Array.from([1, 2, 3]), { raw: { width: 1, height: 1, channels: 3 } })
    .png()
    .toBuffer();
  const worker = startWorker(new URL('../../fixtures/made-lists.ts', import.meta.url));
  const [lists] = (await once(worker, 'message')) as [number];
  t.is(lists, 0);
  t.deepEqual([...(await sharp(png).raw().toBuffer())], [1, 2, 3]);
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');
  await t.throwsAsync(sharp(svg).metadata(), { message: /unsupported image format/u });
});
