import fs from 'node:fs/promises';
import path from 'node:path';
import { sharp } from '../../operators/image/sharp-setup.ts';
import { seededRandom } from '../../operators/random.ts';

/** Writes `root/<class>/<n>.png`, 8 × 8 noise around a colour of the class; classes are `a`, `b`, …. */
export async function writeImageTree(root: string, perClass: readonly number[]): Promise<void> {
  for (const [label, count] of perClass.entries()) {
    const folder = path.join(root, String.fromCodePoint(97 + label));
    await fs.mkdir(folder, { recursive: true });
    for (let index = 0; index < count; index += 1) {
      const random = seededRandom('image tree', label, index);
      const pixels = Uint8Array.from(
        { length: 8 * 8 * 3 },
        (_, at) => ((at % 3 === label % 3 ? 160 : 60) + random.below(60)) & 255,
      );
      await sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } })
        .png()
        .toFile(path.join(folder, `${String(index).padStart(3, '0')}.png`));
    }
  }
}
