import fs from 'node:fs/promises';
import { splitKind } from '../../datasets/records/split-names.ts';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { isFolder } from '../../operators/files/stat-of.ts';
import { counted, shownNames } from '../../operators/message-words.ts';
import { shownLocation } from '../../operators/shown-location.ts';
import type { Inspection } from '../../outputs/inspect/inspection.ts';
import type { DataOptions } from '../options/data-options.ts';
import type { SeedOption } from '../options/seed-option.ts';
import type { Resolved } from '../options/verb.ts';
import { openImages } from './open-data.ts';
import type { TellNote } from './run-event.ts';

/** Folders in a folder that are called as splits are, sorted. */
export async function splitsIn(given: string): Promise<readonly string[]> {
  if (!(await isFolder(given))) return [];
  const entries = await fs.readdir(given, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return names.filter((name) => splitKind(name) !== undefined).sort();
}

/** Images as they are opened for a description. */
type Images = Resolved<Pick<DataOptions, 'classes' | 'excludeClasses' | 'columns' | 'imageRoot'>> &
  Resolved<Pick<DataOptions, 'cacheDir' | 'cacheGb'> & SeedOption> & { readonly path: string };

/** Summary of a folder of splits, none of which was chosen. No image is read. */
export async function describedSplits(
  { path, ...options }: Images,
  splits: readonly string[],
  signal: AbortSignal,
  note: TellNote,
): Promise<Inspection> {
  const problems: string[] = [];
  const records: { split: string; images: number | null; classes: number | null }[] = [];
  for (const split of splits) {
    const all = { exclude: null, minPerClass: null, holdOut: null, heldOut: false, limit: null };
    try {
      const chosen = { ...options, ...all, data: path, split, out: null };
      const { count, classes } = await openImages(chosen, signal, note);
      records.push({ split, images: count, classes: classes.length });
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      problems.push(messageOf(error));
      records.push({ split, images: null, classes: null });
    }
  }
  const images = records.reduce((sum, record) => sum + (record.images ?? 0), 0);
  return {
    path: shownLocation(path),
    kind: 'images',
    what: `${counted(images, 'image')} in the ${splits.length === 1 ? 'split' : 'splits'} ${shownNames(splits)}`,
    facts: { images, splits: [...splits] },
    metadata: {},
    columns: [],
    tables: [{ title: 'splits', records }],
    preview: [],
    problems,
  };
}
