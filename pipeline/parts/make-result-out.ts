import path from 'node:path';
import { vectorLocation } from '../../datasets/vectors/vector-location.ts';
import { lockFolder } from '../../operators/files/lock-file.ts';
import { isFolder } from '../../operators/files/stat-of.ts';
import { schemeOf } from '../../operators/location-scheme.ts';
import { type FolderFormat, makeResultFolder } from '../../outputs/files/wrong-folder.ts';
import { UsageError } from '../options/usage-error.ts';
import { isSameFolder, isWithin } from './check-outside.ts';
import { isFolderOfExport } from './open-set.ts';
import type { TellNote } from './run-event.ts';
import type { SetScope } from './set-options.ts';

/** Where a result is written, and the run that writes it. */
export interface ResultOut {
  readonly out: string;
  readonly format: FolderFormat;
  /** Ends with the lock of the folder. */
  readonly scope: SetScope;
  readonly note: TellNote;
}

/** How long a process on another machine is watched for a sign of life before its lock is taken over. */
const watchMs = 60_000;

/**
 * Makes the folder of a result of vectors and locks it until the run ends. It lies apart from the sets that the result is
 * made of: tables in a folder that is read as a set would be parts of it from then on, and one with the name of a file
 * would be written in its place.
 *
 * @param sets Locations of the sets, by the options that name them; null for one that is not given.
 * @throws {UsageError} When `out` lies in a set that is a folder of tables, or holds an Arrow file of vectors.
 * @throws {PipelineError} `ERR_LOCKED` while another process writes there; what `makeResultFolder` throws.
 */
export async function makeResultOut(
  { out, format, scope, note }: ResultOut,
  sets: Readonly<Record<string, string | null>>,
): Promise<void> {
  for (const [option, location] of Object.entries(sets)) {
    if (location === null || schemeOf(location) !== null) continue;
    const { file } = vectorLocation(location);
    if (!(await isTouched(file, out))) continue;
    const beside = `${await folderOf(file)}-results`;
    throw new UsageError(
      `Expected \`out\` to be a folder apart from the vectors, got \`${out}\` for \`${file}\` (\`${option}\`): ` +
        `the Arrow files that are written there could be taken for it. Give another, such as \`${beside}\``,
      { options: ['out', option] },
    );
  }
  await makeResultFolder(out, format);
  const lock = await lockFolder(out, { watchMs });
  scope.use({ close: () => lock.release() });
  if (lock.note !== undefined) note(lock.note);
}

async function isTouched(file: string, out: string): Promise<boolean> {
  if (await isFolder(file)) return !(await isFolderOfExport(file)) && (await isWithin(out, file));
  const mayMatch = file.includes('*') || file.endsWith('.arrow');
  return mayMatch && (await isSameFolder(out, path.dirname(file)));
}

async function folderOf(file: string): Promise<string> {
  const resolved = path.resolve(file);
  return (await isFolder(file)) ? resolved : path.dirname(resolved);
}
