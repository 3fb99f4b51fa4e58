import path from 'node:path';
import { wholeFolder, withoutSplit, withSplits } from '../records/split-errors.ts';
import { splitKind } from '../records/split-names.ts';
import { foldersIn } from './folder-listing.ts';

/** The folders that a choice of a split is checked against. */
export interface SplitFolders {
  /** The root as messages call it. */
  readonly location: string;
  /** Names of the folders in it. */
  readonly folders: readonly string[];
  /** Tests whether one of them holds folders itself. */
  readonly holdsFolders: (name: string) => Promise<boolean>;
}

/**
 * Checks the choice of a split against the folders that there are.
 *
 * Without one, a folder is taken for one of splits when every folder in it is called so, or one that is called so holds
 * folders itself: a class may be called `train` as well, but holds images then and stands beside others.
 *
 * @throws {PipelineError} `ERR_DATASET` when the root holds splits and none is chosen, or not this one.
 */
export async function checkSplit(
  { location, folders, holdsFolders }: SplitFolders,
  split: string | undefined,
): Promise<void> {
  if (split === wholeFolder || (split !== undefined && folders.includes(split))) return;
  if (split !== undefined) throw withoutSplit({ location, split, kind: 'folder', names: folders });
  const splits = folders.filter((name) => splitKind(name) !== undefined);
  let isSplit = splits.length > 0 && splits.length === folders.length;
  for (const name of splits) isSplit ||= await holdsFolders(name);
  if (isSplit) throw withSplits(location, splits);
}

/** The folders in one on a local disk. @throws {PipelineError} `ERR_DATASET` when it cannot be listed. */
export async function splitFolders(
  root: string,
  signal: AbortSignal | undefined,
): Promise<SplitFolders> {
  const folder = path.resolve(root);
  const holdsFolders = async (name: string): Promise<boolean> => {
    const inside = await foldersIn(path.join(root, name), path.join(folder, name), signal);
    return inside.length > 0;
  };
  return { location: root, folders: await foldersIn(root, folder, signal), holdsFolders };
}
