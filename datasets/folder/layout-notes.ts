import type { DatasetNote } from '../../operators/types.ts';
import { pathBelow } from './path-below.ts';
import { wholeFolder } from '../records/split-errors.ts';
import { type ClassLayout, commonFolder } from './class-layout.ts';
import type { FolderListing, OpenedFolder } from './folder-listing.ts';
import { counted, shownName, shownNames } from '../../operators/message-words.ts';
import { splitKind, usualSplit } from '../records/split-names.ts';

/** The note of folders that are taken for classes and most likely are something else, if they are. */
export function layoutNotes(
  opened: OpenedFolder,
  listing: FolderListing,
  layout: ClassLayout,
): readonly DatasetNote[] {
  const likely =
    picturesAndTargets(opened, layout, listing) ??
    wrapped(opened, layout, listing) ??
    repeated(opened, layout) ??
    splitsLikely(opened, layout);
  return likely === undefined ? [] : [likely];
}

/** Folders of pictures, and of what belongs to them: segmentation and detection. */
const pictureFolders = /^(?:images?|imgs?|jpegimages|pictures?|photos?|inputs?|rgb)$/iu;
const targetFolders =
  /^(?:masks?|labels?|annotations?|targets?|gt|ground[-_ ]?truths?|segmentations?|segmentation(?:class|object)|seg|edges?|depth|bboxes|boxes)$/iu;

function picturesAndTargets(
  opened: OpenedFolder,
  { withImages, withoutImages }: ClassLayout,
  { classes }: FolderListing,
): DatasetNote | undefined {
  const pictures = withImages.filter((name) => pictureFolders.test(name));
  const targets = classes.filter((name) => targetFolders.test(name));
  const others = withImages.filter((name) => !pictures.includes(name) && !targets.includes(name));
  if (pictures.length === 0 || targets.length === 0 || others.length > 0) return undefined;
  const taken = targets.every((name) => withoutImages.includes(name))
    ? `${shownNames(pictures)} ${pictures.length === 1 ? 'is taken for a class' : 'are taken for classes'}`
    : 'they are taken for classes';
  return {
    text:
      `${shownNames([...pictures, ...targets])} look like pictures and what belongs to them, such as masks or boxes: ` +
      `${taken}. For the pictures alone, open ${inside(opened, [pictures[0]!])}`,
    classes: targets,
  };
}

/** One class, whose images lie in folders of their own: `photos/cat`, `archive/archive/cat`, `archive/train/cat`. */
function wrapped(
  opened: OpenedFolder,
  { withImages }: ClassLayout,
  { ids }: FolderListing,
): DatasetNote | undefined {
  if (withImages.length !== 1) return undefined;
  const common = commonFolder(ids);
  const start = common.join('/').length + 1;
  const names = new Set<string>();
  for (const id of ids) {
    const end = id.indexOf('/', start);
    // An image in the common folder itself.
    if (end < 0) return undefined;
    names.add(id.slice(start, end));
  }
  const folders = [...names];
  const splits = folders.filter((name) => splitKind(name) !== undefined);
  const are = splits.length === folders.length ? 'the splits' : 'the classes';
  const split = splits.length === folders.length ? ` with \`split: ${usualSplit(splits)}\`` : '';
  return {
    text:
      `all images are of one class, ${shownName(withImages[0]!)}, in its folders ${shownNames(folders)}. ` +
      `If those are ${are}, open ${inside(opened, common)}${split}`,
    options: ['split'],
  };
}

/** Folders of the same names in every class: of years, sites or splits by names of their own. */
function repeated(
  opened: OpenedFolder,
  { withImages, holdsImages, foldersOf }: ClassLayout,
): DatasetNote | undefined {
  const [first, ...others] = withImages;
  if (first === undefined || others.length === 0 || withImages.some(holdsImages)) return undefined;
  const shared = [...foldersOf(first)].filter((name) =>
    others.every((other) => foldersOf(other).has(name)),
  );
  const all = new Set(withImages.flatMap((name) => [...foldersOf(name)]));
  if (shared.length < 2 || 2 * shared.length < all.size) return undefined;
  const open =
    opened.split === undefined
      ? `choose one with \`split: ${first}\``
      : `open ${inside(opened, [first])}`;
  return {
    text:
      `each of the ${counted(withImages.length)} classes, ${shownNames(withImages, 3)}, holds the folders ` +
      `${shownNames(shared)}. If those are the classes, ${open}`,
    options: ['split'],
  };
}

/** Folders that are called as splits, beside others. */
function splitsLikely(
  { split }: OpenedFolder,
  { withImages }: ClassLayout,
): DatasetNote | undefined {
  const splits = withImages.filter((name) => splitKind(name) !== undefined);
  const kinds = new Set(splits.map(splitKind));
  const isLikely = kinds.size > 1 || (splits.length > 0 && splits.length === withImages.length);
  if (!isLikely || split === wholeFolder) return undefined;
  return {
    text: `${shownNames(splits)} are taken for classes. If they are splits, choose one with \`split: ${usualSplit(splits)}\``,
    options: ['split'],
    classes: splits,
  };
}

/** A folder below the one that was opened, as a person would give it. */
function inside({ name, split }: OpenedFolder, below: readonly string[]): string {
  const instead = split === undefined ? 'instead' : 'instead, without `split`';
  return `\`${pathBelow(name, ...below)}\` ${instead}`;
}
