/** Vectors without an encoder: images of 8 × 8 pixels in colour, less the mean of each channel, in files. */
import fs from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { vectorsInMemory } from '../../operators/evaluation/vectors/vectors-in-memory.ts';
import { imagesOf } from './planted-data.ts';

const side = 8;
const dim = side * side * 3;

/** Writes `file.f32` and `file.json`, the ids, unless they are there. */
export async function writePixels(folder: string, file: string): Promise<void> {
  if ((await fs.stat(`${file}.json`).catch(() => undefined)) !== undefined) return;
  const ids = await imagesOf(folder);
  const rows = new Float32Array(ids.length * dim);
  for (let at = 0; at < ids.length; at += 64) {
    const read = ids.slice(at, at + 64).map(async (id, offset) => {
      rows.set(await pixels(path.join(folder, id)), (at + offset) * dim);
    });
    await Promise.all(read);
  }
  await fs.writeFile(`${file}.f32`, rows);
  await fs.writeFile(`${file}.json`, JSON.stringify(ids));
}

/** Pixels that `writePixels` wrote, as a set; mirrored when asked for. */
export async function readPixels(file: string, mirrored: boolean): Promise<VectorSet> {
  const ids = JSON.parse(await fs.readFile(`${file}.json`, 'utf8')) as readonly string[];
  const bytes = await fs.readFile(`${file}.f32`);
  const found = new Float32Array(bytes.buffer, bytes.byteOffset, ids.length * dim);
  const rows = mirrored ? found.map((_, at) => found[mirror(at)]!) : found;
  const labels = new Int32Array(ids.length).fill(-1);
  return vectorsInMemory({ name: file, classes: [], ids, labels, dim, rows });
}

async function pixels(file: string): Promise<Float32Array> {
  const image = sharp(await fs.readFile(file))
    .toColourspace('srgb')
    .removeAlpha();
  const small = await image.resize(side, side).raw().toBuffer();
  const means = [0, 1, 2].map((c) => {
    return small.reduce((sum, x, at) => sum + (at % 3 === c ? x : 0), 0) / (side * side);
  });
  // An image of one colour is not a row of zeros, which has no direction.
  return Float32Array.from(small, (x, at) => x - means[at % 3]! + 1e-3);
}

/** Place of the same channel in the mirrored column. */
function mirror(at: number): number {
  const channel = at % 3;
  const pixel = (at - channel) / 3;
  const column = pixel % side;
  return (pixel - column + side - 1 - column) * 3 + channel;
}
