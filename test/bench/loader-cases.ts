import fs from 'node:fs/promises';
import path from 'node:path';
import { type PhotoOptions, writePhotos } from './photo-like.ts';

/** Images of a case by the width of their files. */
export type LoaderCaseName = '32' | '500' | '1600';

/** Files and views that loaders are measured with. */
export interface LoaderCase {
  readonly name: LoaderCaseName;
  readonly title: string;
  /** Folder of JPEG files, a sub-folder for each class. */
  readonly data: string;
  readonly files: number;
  readonly imageSize: number;
  readonly batch: number;
  /** Batches before anything is measured. */
  readonly warmUp: number;
  /** Megabytes that hold all decoded images. */
  readonly cacheMb: number;
  /** Options of `sincere prepare`. */
  readonly prepare: readonly string[];
}

/** Where the files of cases are. */
export interface CaseFiles {
  /** Folder of 32 px JPEG files. @default drawn ones in `photos` */
  readonly cifar?: string | undefined;
  /** Folder for generated files; those that are there stay. */
  readonly photos: string;
  readonly say: (text: string) => void;
}

type Shape = Pick<LoaderCase, 'imageSize' | 'batch' | 'warmUp' | 'cacheMb' | 'prepare'>;

/** Large images are encoded again, as small as their views allow. */
const reencoded = ['--as', 'jpeg', '--image-size', '224'];

const shapes: Readonly<Record<LoaderCaseName, Shape>> = {
  '32': { imageSize: 32, batch: 256, warmUp: 16, cacheMb: 1000, prepare: [] },
  '500': { imageSize: 224, batch: 64, warmUp: 8, cacheMb: 1000, prepare: reencoded },
  '1600': { imageSize: 224, batch: 64, warmUp: 8, cacheMb: 2000, prepare: reencoded },
};

const photos: Readonly<Record<LoaderCaseName, PhotoOptions>> = {
  '32': { count: 10_000, width: 32, height: 32, seed: 0, grain: 12 },
  '500': { count: 600, width: 500, height: 375, seed: 0, grain: 12 },
  '1600': { count: 200, width: 1600, height: 1200, seed: 0, grain: 4 },
};

/** Training from end to end, of which every step needs a batch. */
export interface TrainCase {
  readonly name: string;
  readonly data: LoaderCaseName;
  readonly steps: number;
  readonly options: readonly string[];
}

/** Runs that are measured from end to end. */
export const trainCases: readonly TrainCase[] = [
  { name: 'ResNet-8, 32 px, batches of 256', data: '32', steps: 60, options: [] },
  {
    name: 'ResNet-18, 224 px, batches of 32',
    data: '500',
    steps: 8,
    options: [
      '--encoder',
      'resnet18',
      '--stem',
      'imagenet',
      '--image-size',
      '224',
      '--batch-size',
      '32',
    ],
  },
];

/** The cases, their files written where they are not there yet, and read once. */
export async function openLoaderCases(
  names: readonly LoaderCaseName[],
  { cifar, photos, say }: CaseFiles,
): Promise<readonly LoaderCase[]> {
  const cases: LoaderCase[] = [];
  for (const name of names) {
    if (!(name in shapes))
      throw new Error(`Expected \`--cases\` of 32, 500, 1600, got \`${name}\``);
    const data = name === '32' && cifar !== undefined ? cifar : path.join(photos, name);
    if (data !== cifar) await written(data, name, say);
    const { files, bytes } = await readOnce(data);
    const mean = (bytes / files / 1000).toFixed(1);
    const { imageSize, batch } = shapes[name];
    const title = `${files} JPEG files ${name} px wide, ${mean} kB each, 2 × ${imageSize} px, batches of ${batch}`;
    cases.push({ name, title, data, files, ...shapes[name] });
  }
  return cases;
}

/** Writes the files of a case, under another name until all of them are there. */
async function written(
  data: string,
  name: LoaderCaseName,
  say: (text: string) => void,
): Promise<void> {
  try {
    await fs.access(data);
    return;
  } catch {
    say(`writing ${photos[name].count} images in ${data}`);
  }
  const partial = `${data}.partial`;
  await fs.rm(partial, { recursive: true, force: true });
  await writePhotos(partial, photos[name]);
  await fs.rename(partial, data);
}

/** Reads all files, so that the system holds them in memory for every side. */
async function readOnce(data: string): Promise<{ readonly files: number; readonly bytes: number }> {
  let [files, bytes] = [0, 0];
  for (const entry of await fs.readdir(data, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.jpg')) continue;
    files += 1;
    bytes += (await fs.readFile(path.join(entry.parentPath, entry.name))).length;
  }
  return { files, bytes };
}
