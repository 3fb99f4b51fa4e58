import fs from 'node:fs/promises';
import path from 'node:path';
import { lastValueFrom } from 'rxjs';
import { initialWeights } from '../../operators/model/initial-weights.ts';
import { seededRandom } from '../../operators/random.ts';
import { writeSafetensors } from '../../outputs/run/write-safetensors.ts';
import { encoderOf } from '../bench/network-sides.ts';
import { unitRows } from '../helpers/unit-rows.ts';
import { lossClasses, lossSize, type Workload } from './workload.ts';

/**
 * Writes what both sides of a row read: `weights.safetensors`, `values.f32` (pixels as `[rows, size, size, 3]`, or unit
 * vectors) and `labels.i32`; for a training loop a folder of drawn images, `images`. What is there stays.
 */
export async function writeRowInputs(work: Workload, folder: string): Promise<void> {
  await fs.mkdir(folder, { recursive: true });
  if (work.what === 'loop') return await writeImages(path.join(folder, 'images'));
  const loss = work.what === 'loss';
  const classes = lossClasses;
  const labels = Int32Array.from({ length: work.rows }, (_, row) =>
    // Both views of an image are of its class.
    loss ? row % classes : Math.floor(row / 2) % classes,
  );
  const values = loss ? unitRows(work.rows, lossSize, 'card') : patternedPixels(work, labels);
  await fs.writeFile(path.join(folder, 'values.f32'), new Uint8Array(values.buffer));
  await fs.writeFile(path.join(folder, 'labels.i32'), new Uint8Array(labels.buffer));
  if (loss) return;
  const weights = path.join(folder, 'weights.safetensors');
  await writeSafetensors(weights, initialWeights(encoderOf(work.encoder), 0));
}

/** Noise on a colour of each class, quickly: there are millions of them. */
function patternedPixels(
  { rows, imageSize }: Extract<Workload, { imageSize: number; rows: number }>,
  labels: Int32Array,
): Float32Array {
  const random = seededRandom('card');
  const noise = Float32Array.from({ length: 65_521 }, () => random.normal());
  const values = imageSize * imageSize * 3;
  const pixels = new Float32Array(rows * values);
  for (let at = 0; at < pixels.length; at += 1) {
    const row = Math.floor(at / values);
    const brightness = ((row * 37) % 11) / 8 - 0.6;
    pixels[at] =
      0.5 * noise[at % noise.length]! + Math.sin(3 * labels[row]! + (at % 3)) + brightness;
  }
  return pixels;
}

async function writeImages(folder: string): Promise<void> {
  // Not before it is needed: it loads sharp.
  const { writeSyntheticFolder } =
    await import('../../datasets/synthetic/write-synthetic-folder.ts');
  const perClass = { train: 40, test: 0 };
  await lastValueFrom(writeSyntheticFolder(folder, { perClass, imageSize: 40 }).output$);
}
