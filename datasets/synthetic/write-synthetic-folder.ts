import fs from 'node:fs/promises';
import path from 'node:path';
import { from } from 'rxjs';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { type RunScope, runScoped, type ScopedRun } from '../../operators/flow/run-scope.ts';
import { renderSynthetic, syntheticClasses, syntheticVersion } from './synthetic-images.ts';
import {
  encodeSynthetic,
  syntheticIndex,
  syntheticName,
  type SyntheticSplit,
} from './synthetic.ts';

/** Options of `writeSyntheticFolder`: the images to write. */
export interface WriteSyntheticFolderOptions {
  /** Images of each class in each split, integers of 0 or more; a split of 0 is left out. */
  readonly perClass: Readonly<Record<SyntheticSplit, number>>;
  /** Classes, the first of `syntheticClasses`, an integer from 1 to 10. @default 10 */
  readonly classes?: number | undefined;
  /** Side in pixels, an integer from 8 to 1024. @default 32 */
  readonly imageSize?: number | undefined;
  /** Random seed of the images. A safe integer. @default 0 */
  readonly seed?: number | undefined;
}

/** Progress of writing: the images on disk, of all. */
export interface WriteSyntheticProgress {
  readonly done: number;
  readonly total: number;
}

/** Says which settings a folder was written with, and that it was written by us. */
const settingsName = 'synthetic.json';

/** Images drawn, encoded and written at the same time. */
const concurrency = 16;

/**
 * Writes drawn images as `root/train/<class>/00042.jpg` and `root/test/<class>/00042.jpg`.
 *
 * They are written beside the folder under another name, which becomes the folder in the end: it is
 * whole whenever it is there. `synthetic.json` in it keeps the settings. A folder with the same settings
 * is left as it is, one with others is replaced. Emits progress, last `done === total`; a run that is
 * stopped or fails leaves nothing new behind.
 *
 * @throws {RangeError} At the call, when an option is out of its range.
 * @throws {PipelineError} `ERR_WRITE`, on the stream, when the folder holds anything else or cannot be written.
 * @example
 * ```ts
 * const { output$ } = writeSyntheticFolder('photos', { perClass: { train: 100, test: 20 } });
 * await output$.forEach(({ done, total }) => console.log(`${done} of ${total}`));
 * ```
 */
export function writeSyntheticFolder(
  root: string,
  options: WriteSyntheticFolderOptions,
): ScopedRun<WriteSyntheticProgress> {
  const { perClass, classes = syntheticClasses.length, imageSize = 32, seed = 0 } = options;
  const { train, test } = perClass;
  requireWithin('perClass.train', train, 0, 1_000_000);
  requireWithin('perClass.test', test, 0, 1_000_000);
  requireWithin('classes', classes, 1, syntheticClasses.length);
  requireWithin('imageSize', imageSize, 8, 1024);
  requireWithin('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const settings = {
    version: syntheticVersion,
    perClass: { train, test },
    classes,
    imageSize,
    seed,
  };
  return runScoped((scope) => from(write(path.resolve(root), settings, scope)));
}

interface Settings {
  readonly version: number;
  readonly perClass: Readonly<Record<SyntheticSplit, number>>;
  readonly classes: number;
  readonly imageSize: number;
  readonly seed: number;
}

interface PlacedImage {
  readonly split: SyntheticSplit;
  readonly label: number;
  readonly index: number;
}

async function* write(
  root: string,
  settings: Settings,
  scope: RunScope,
): AsyncGenerator<WriteSyntheticProgress, void, undefined> {
  const total = settings.classes * (settings.perClass.train + settings.perClass.test);
  try {
    const found = await inspect(root, settings);
    if (found !== 'same') {
      await fs.mkdir(path.dirname(root), { recursive: true });
      const partial = await fs.mkdtemp(`${root}.partial-`);
      let writing: Promise<unknown> = Promise.resolve();
      scope.defer(async () => {
        // Files that are still being written would come back after their removal.
        await writing;
        await fs.rm(partial, { recursive: true, force: true });
      });

      const fresh = path.join(partial, 'fresh');
      await makeFolders(fresh, settings);
      let done = 0;
      for (const group of groupsOf(settings)) {
        // Asked to stop, or left.
        if (scope.draining.aborted || scope.signal.aborted) return;
        const written = group.map((image) => writeImage(fresh, image, settings));
        writing = Promise.allSettled(written);
        await Promise.all(written);
        done += group.length;
        if (done < total) yield { done, total };
      }
      await fs.writeFile(path.join(fresh, settingsName), `${JSON.stringify(settings, null, 2)}\n`);
      if (found === 'other') await fs.rename(root, path.join(partial, 'replaced'));
      await fs.rename(fresh, root);
    }
    yield { done: total, total };
  } catch (error) {
    throw error instanceof PipelineError ? error : notWritten(root, messageOf(error), error);
  }
}

/** State of the folder: missing or empty, or written by us with the same or with other settings. */
async function inspect(root: string, settings: Settings): Promise<'missing' | 'same' | 'other'> {
  let names: string[];
  try {
    names = await fs.readdir(root);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'missing';
    throw error;
  }
  if (names.length === 0) return 'missing';
  const foreign = names.find((name) => !['train', 'test', settingsName].includes(name));
  if (foreign !== undefined || !names.includes(settingsName)) {
    const found = `it holds other files, such as \`${foreign ?? names[0]}\``;
    throw notWritten(root, `${found}. Choose a new or an empty folder`);
  }
  const kept = await fs.readFile(path.join(root, settingsName), 'utf8');
  return kept === `${JSON.stringify(settings, null, 2)}\n` ? 'same' : 'other';
}

async function makeFolders(root: string, { classes, perClass }: Settings): Promise<void> {
  for (const split of splitsOf(perClass)) {
    for (const name of syntheticClasses.slice(0, classes)) {
      await fs.mkdir(path.join(root, split, name), { recursive: true });
    }
  }
}

function splitsOf(perClass: Settings['perClass']): SyntheticSplit[] {
  return (['train', 'test'] as const).filter((split) => perClass[split] > 0);
}

function* groupsOf({ classes, perClass }: Settings): Generator<PlacedImage[], void, undefined> {
  let group: PlacedImage[] = [];
  for (const split of splitsOf(perClass)) {
    for (let label = 0; label < classes; label += 1) {
      for (let index = 0; index < perClass[split]; index += 1) {
        group.push({ split, label, index });
        if (group.length === concurrency) {
          yield group;
          group = [];
        }
      }
    }
  }
  if (group.length > 0) yield group;
}

async function writeImage(
  root: string,
  { split, label, index }: PlacedImage,
  { seed, imageSize }: Settings,
): Promise<void> {
  const image = renderSynthetic(label, syntheticIndex(split, index), { seed, imageSize });
  const name = `${syntheticName(index)}.jpg`;
  const file = path.join(root, split, syntheticClasses[label]!, name);
  await fs.writeFile(file, await encodeSynthetic(image));
}

function notWritten(root: string, reason: string, cause?: unknown): PipelineError {
  return new PipelineError('ERR_WRITE', `Could not write images to \`${root}\`: ${reason}`, {
    path: root,
    cause,
  });
}

function requireWithin(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new RangeError(
    `Expected \`${name}\` to be an integer from ${least} to ${most}, got \`${value}\``,
  );
}
