import fs from 'node:fs/promises';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { seededRandom } from '../../operators/random.ts';
import { evaluate } from '../../pipeline/evaluate.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { writeVectorExport } from './vector-export.ts';

const classes = ['circle', 'cross', 'square', 'star'];
const dim = 128;

/** What is planted in the demo's files, for recipes to find. */
export const planted = {
  /** Test image and the training image that is the same file. */
  leak: { test_id: 'test/circle/0.png', train_id: 'train/circle/0.png' },
  /** Training images that are nearly the same, of different classes. */
  twins: { id: 'train/circle/4.png', other_id: 'train/star/7.png' },
  /** The first of two training images of one file. */
  copies: 'train/cross/1.png',
};

/** Files as the demo leaves them for two models, of made vectors instead of trained ones: `runs/demo` of the pages. */
export async function demoFiles(t: ExecutionContext): Promise<string> {
  const root = await temporaryFolder(t);
  for (const model of ['sincere', 'supcon']) {
    const at = (name: string): string => path.join(root, model, name);
    await fs.mkdir(path.join(root, model));
    for (const split of ['train', 'test'] as const) {
      await fs.rename(await writeVectorExport(t, madeExport(model, split)), at(split));
    }
    const sets = { train: at('train'), test: at('test'), out: at('evaluation') };
    await evaluate({ ...sets, engine: 'cpu', k: [1, 5], bootstrap: 0, threads: 1 });
  }
  return root;
}

function madeExport(
  model: string,
  split: 'train' | 'test',
): Parameters<typeof writeVectorExport>[1] {
  const perClass = split === 'train' ? [14, 12, 12, 10] : [8, 8, 8, 8];
  const labels = perClass.flatMap((count, label) => Array.from({ length: count }, () => label));
  const numbers = perClass.flatMap((count) => Array.from({ length: count }, (_, at) => at));
  const ids = labels.map((label, at) => `${split}/${classes[label]}/${numbers[at]}.png`);
  const rows = labels.map((label, at) => madeRow(model, split, label, at));
  const place = (id: string): number => ids.indexOf(id);
  const files: string[] = [...ids];
  if (split === 'train') {
    files[place(planted.copies) + 1] = planted.copies;
    rows[place(planted.twins.other_id)] = rows[place(planted.twins.id)]!.map((x) => x + 0.001);
  } else {
    files[place(planted.leak.test_id)] = planted.leak.train_id;
    rows[place(planted.leak.test_id)] = madeRow(model, 'train', 0, 0);
  }
  const projection = Float32Array.from(rows.flatMap(unit));
  const datasetHash = split.padEnd(64, '0');
  return { projection, size: dim, labels, classes, ids, files, datasetHash };
}

/** Around a point of its class, the last class of test images around another one. */
function madeRow(model: string, split: string, label: number, at: number): number[] {
  const random = seededRandom('demo files', model, split, at);
  const row = Array.from({ length: dim }, () => random.normal() / 9);
  row[label]! += 0.45;
  if (split === 'test' && label === 3) row[5]! += 1;
  return row;
}

function unit(row: readonly number[]): readonly number[] {
  const length = Math.hypot(...row);
  return row.map((x) => x / length);
}
