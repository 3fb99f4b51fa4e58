import fs from 'node:fs/promises';
import path from 'node:path';
import { sharp } from '../../operators/image/sharp-setup.ts';
import { seededRandom } from '../../operators/random.ts';

/**
 * Writes `root/<class>/<number>.jpg`: many images of 8 × 8 pixels in four classes, a few different ones again and
 * again. Every 97th cannot be decoded: it is cut, empty, or text.
 *
 * @returns How many cannot be decoded.
 */
export async function writeManyImages(root: string, count: number): Promise<number> {
  const random = seededRandom('many images');
  const images = await Promise.all(
    Array.from({ length: 32 }, async () => {
      const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, () => random.below(256));
      return await sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } })
        .jpeg()
        .toBuffer();
    }),
  );
  const broken = [images[0]!.subarray(0, 200), new Uint8Array(0), Buffer.from('not an image\n')];
  let bad = 0;
  const perClass = Math.ceil(count / 4);
  for (let first = 0; first < count; first += 64) {
    const writes: Promise<void>[] = [];
    for (let at = first; at < Math.min(first + 64, count); at += 1) {
      const folder = path.join(root, `class-${Math.floor(at / perClass)}`);
      if (at % perClass === 0) await fs.mkdir(folder, { recursive: true });
      const isBad = at % 97 === 5;
      if (isBad) bad += 1;
      const bytes = isBad ? broken[at % broken.length]! : images[at % images.length]!;
      writes.push(fs.writeFile(path.join(folder, `${String(at).padStart(6, '0')}.jpg`), bytes));
    }
    await Promise.all(writes);
  }
  return bad;
}
