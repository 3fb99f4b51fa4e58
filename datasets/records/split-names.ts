/*
 * Names that people give to the folders of a split: case, and words such as `set` or `images` beside the name, aside.
 * So `Training`, `test_set`, `seg_train` and `val2017` are some; `trains` and `test1` are none.
 */

/** Purpose of a split. */
export type SplitKind = 'train' | 'validation' | 'test';

const spellings: Readonly<Record<SplitKind, string>> = {
  train: 'train training trainval trn',
  validation: 'val valid validation validate dev devel development eval evaluation holdout heldout',
  test: 'test testing tst',
};

const kindOf = new Map(
  Object.entries(spellings).flatMap(([kind, words]) =>
    words.split(' ').map((word) => [word, kind as SplitKind] as const),
  ),
);

const before = /^(?:(?:images?|imgs?|dataset|data|seg|split)[-_ .]*)+/u;
const after = /(?:[-_ .]*(?:images?|imgs?|data|dataset|sets?|split|folder|(?:19|20)\d\d))+$/u;

/** Purpose that the name of a folder says it has, or undefined when it is not that of a split. */
export function splitKind(name: string): SplitKind | undefined {
  const lower = name.trim().toLowerCase();
  return (
    kindOf.get(foldedWord(lower)) ??
    kindOf.get(foldedWord(lower.replace(before, '').replace(after, '')))
  );
}

/** The split that a person most likely begins with, of one or more: that of the training images. */
export function usualSplit(splits: readonly string[]): string {
  return splits.find((name) => splitKind(name) === 'train') ?? splits[0]!;
}

/** @throws {RangeError} When a split is not the name of one folder. */
export function requireSplitName(split: string | undefined): void {
  if (split === undefined || (split !== '' && split !== '..' && !/[/\\]/u.test(split))) return;
  throw new RangeError(`Expected \`split\` to be the name of a folder, got \`${split}\``);
}

function foldedWord(word: string): string {
  return word.replaceAll(/[-_ .]/gu, '');
}
