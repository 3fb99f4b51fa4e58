import type { Stats } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { partialSuffix } from '../../operators/files/partial-file.ts';
import { isMissing } from '../../operators/files/system-error.ts';

/** Milliseconds after which a temporary file is of a process that was killed. */
const abandonedMs = 3_600_000;

/** Options of `removeOldest`. */
export interface RemoveOldestOptions {
  /** Ending of the files that count. */
  readonly suffix: string;
  /** What the others may take together. */
  readonly maxBytes: number;
}

/**
 * Removes files of a folder until the rest is small enough, those that were changed or touched least recently first; and
 * temporary files that were left behind.
 *
 * @throws The error of the system when the folder cannot be listed, or a file cannot be removed.
 */
export async function removeOldest(
  folder: string,
  { suffix, maxBytes }: RemoveOldestOptions,
): Promise<void> {
  const files = await filesIn(folder);
  const own = files.filter(({ file }) => file.endsWith(suffix));
  const left = files.filter(
    ({ file, stat }) =>
      file.endsWith(partialSuffix) &&
      file.includes(suffix) &&
      stat.mtimeMs < Date.now() - abandonedMs,
  );
  let bytes = own.reduce((sum, { stat }) => sum + stat.size, 0);
  for (const { file } of left) await fs.rm(file, { force: true });
  for (const { file, stat } of own.sort((a, b) => a.stat.mtimeMs - b.stat.mtimeMs)) {
    if (bytes <= maxBytes) break;
    await fs.rm(file, { force: true });
    bytes -= stat.size;
  }
}

/** A file and what the system says of it. */
export interface FileWithStat {
  readonly file: string;
  readonly stat: Stats;
}

/** Files of a folder; none where there is no folder. Those that go away meanwhile are left out. */
export async function filesIn(folder: string): Promise<readonly FileWithStat[]> {
  const names = await fs.readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const files: FileWithStat[] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    const stat = await fs.lstat(file).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (stat?.isFile() === true) files.push({ file, stat });
  }
  return files;
}
