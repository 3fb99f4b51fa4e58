import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { nearestWord } from '../../operators/nearest-word.ts';
import { foldersIn } from './folder-listing.ts';
import { shownName, shownNames } from '../../operators/message-words.ts';
import { splitKind, usualSplit } from './split-names.ts';

/** Split that is the folder itself, for one whose classes are called as splits are. */
export const wholeFolder = '.';

/**
 * Checks the choice of a split against the folders that there are.
 *
 * Without one, a folder is taken for one of splits when every folder in it is called so, or one that is called so holds
 * folders itself: a class may be called `train` as well, but holds images then and stands beside others.
 *
 * @throws {PipelineError} `ERR_DATASET` when the root holds splits and none is chosen, or not this one.
 */
export async function checkSplit(
  root: string,
  split: string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const folder = path.resolve(root);
  const folders = await foldersIn(root, folder, signal);
  const splits = folders.filter((name) => splitKind(name) !== undefined);
  if (split === wholeFolder || (split !== undefined && folders.includes(split))) return;
  if (split !== undefined) throw withoutSplit(root, split, folders, splits);
  let isSplit = splits.length > 0 && splits.length === folders.length;
  for (const name of splits) {
    const inside = [path.join(root, name), path.join(folder, name)] as const;
    isSplit ||= (await foldersIn(...inside, signal)).length > 0;
  }
  if (isSplit) throw withSplits(root, splits);
}

function withoutSplit(
  root: string,
  split: string,
  folders: readonly string[],
  splits: readonly string[],
): PipelineError {
  const meant = meantFolder(split, folders);
  const choose = `Choose one of ${shownNames(splits)} with \`split\``;
  const wayOut =
    meant !== undefined
      ? `Did you mean \`split: ${meant}\`?`
      : splits.length > 0
        ? choose
        : `Leave out \`split\`: it holds ${folders.length === 0 ? 'no folders' : shownNames(folders)}`;
  return new PipelineError('ERR_DATASET', `\`${root}\` has no folder \`${split}\`. ${wayOut}`, {
    path: path.resolve(root),
    options: ['split'],
  });
}

/** The folder that a split which is not there most likely means: of that name but for case, of its purpose, or near. */
export function meantFolder(split: string, folders: readonly string[]): string | undefined {
  const lower = split.toLowerCase();
  const kind = splitKind(split);
  const ofKind = folders.filter((name) => kind !== undefined && splitKind(name) === kind);
  return (
    folders.find((name) => name.toLowerCase() === lower) ??
    (ofKind.length === 1 ? ofKind[0] : undefined) ??
    nearestWord(
      split,
      folders.filter((name) => splitKind(name) !== undefined || kind === undefined),
    )
  );
}

function withSplits(root: string, splits: readonly string[]): PipelineError {
  const [first] = splits;
  const usual = usualSplit(splits);
  const which =
    splits.length === 1
      ? `the split ${shownName(first!)}. Choose it with \`split: ${usual}\``
      : `the splits ${shownNames(splits)}. Choose one, such as \`split: ${usual}\``;
  const classes = splits.length === 1 ? 'it is a class' : 'they are classes';
  return new PipelineError(
    'ERR_DATASET',
    `\`${root}\` holds ${which}; if ${classes}, give \`split: ${wholeFolder}\``,
    { path: path.resolve(root), options: ['split'] },
  );
}
