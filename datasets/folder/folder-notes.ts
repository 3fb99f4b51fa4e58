import type { DatasetNote } from '../../operators/types.ts';
import { type ClassLayout, classLayout } from './class-layout.ts';
import type { FolderListing, OpenedFolder } from './folder-listing.ts';
import { layoutNotes } from './layout-notes.ts';
import { notReadNotes } from './not-read-notes.ts';
import { type LeftOutByName, leftOutByName } from './left-out-by-name.ts';
import { andMore, counted, shownName, shownNames } from '../../operators/message-words.ts';

/**
 * What a person should know of a listing before its images are used: layouts that mean something else most likely, classes
 * without images, and what was left out. One note for each kind, with the way out.
 *
 * Opens a few of the files that were left out, to say whether they are images.
 */
export async function folderNotes(
  opened: OpenedFolder,
  listing: FolderListing,
): Promise<readonly DatasetNote[]> {
  const { leftOut } = listing;
  const layout = classLayout(listing);
  const byName = await leftOutByName(opened, listing);
  const likely = layoutNotes(opened, listing, layout);
  return [
    ...likely,
    ...emptyClasses(layout, listing, byName, likely),
    ...byName.notes,
    ...besideNotes(listing, layout.withImages),
    ...(await notReadNotes(opened.peek, listing)),
    ...notReadable(listing),
    ...alike(listing.classes),
    ...leftOutFolders('holds results of this program', leftOut.results),
    ...leftOutFolders('leads back to a folder above it', leftOut.loops),
  ];
}

function emptyClasses(
  { withoutImages }: ClassLayout,
  { classes, leftOut }: FolderListing,
  { areImages }: LeftOutByName,
  layoutTold: readonly DatasetNote[],
): DatasetNote[] {
  const told = new Set(layoutTold.flatMap((note) => note.classes ?? []));
  if (withoutImages.every((name) => told.has(name))) return [];
  const shown = withoutImages.slice(0, 5).map((name) => {
    const files = leftOut.othersOf.get(name) ?? 0;
    return `${shownName(name)} (${files === 0 ? 'empty' : counted(files, 'other file')})`;
  });
  const rest = withoutImages.length - shown.length;
  const which = `${counted(withoutImages.length)} of ${counted(classes.length, 'class', 'classes')}`;
  const canBeListed = rest === 0 && !withoutImages.some((name) => /[,`\n]/u.test(name));
  const wayOut =
    canBeListed && !areImages
      ? `. To leave ${withoutImages.length === 1 ? 'it' : 'them'} out: \`excludeClasses: ${withoutImages.join(',')}\``
      : '';
  return [
    {
      text: `no images in ${which}: ${shown.join(', ')}${andMore(rest)}${wayOut}`,
      options: ['excludeClasses'],
      classes: withoutImages,
    },
  ];
}

function besideNotes({ leftOut }: FolderListing, classes: readonly string[]): DatasetNote[] {
  if (leftOut.beside === undefined) return [];
  const { count, example } = leftOut.beside;
  const images = `${counted(count, 'image')} beside the class ${classes.length === 1 ? 'folder' : 'folders'}`;
  const text =
    `left out ${images} ${shownNames(classes, 3)}, such as ${shownName(example)}. ` +
    'To have them too, move them into a folder of their own';
  return [{ text }];
}

function notReadable({ rawIds, leftOut }: FolderListing): DatasetNote[] {
  const parts: string[] = [];
  const [firstId] = rawIds;
  if (firstId !== undefined) {
    parts.push(`${counted(rawIds.size, 'image')} cannot be read, such as ${shownName(firstId)}`);
  }
  const { rawFolders } = leftOut;
  const [firstFolder] = rawFolders.keys();
  if (firstFolder !== undefined) {
    let files = 0;
    for (const count of rawFolders.values()) files += count;
    const folders =
      rawFolders.size === 1
        ? `the folder ${shownName(firstFolder)} is`
        : `${counted(rawFolders.size)} folders, such as ${shownName(firstFolder)}, are`;
    parts.push(`${folders} left out with ${counted(files, 'file')}`);
  }
  if (parts.length === 0) return [];
  const text = `names that are not UTF-8: ${parts.join('; ')}. Rename them, such as with \`convmv\``;
  // Of a part of the classes it is told where one of them has such an image.
  const about = [...rawIds].filter((id) => id.includes('/')).map((id) => id.split('/', 1)[0]!);
  const isAboutClasses = rawFolders.size === 0 && about.length > 0;
  return [{ text, classes: isAboutClasses ? [...new Set(about)] : undefined }];
}

/** Classes that people, and some disks, take for one. */
function alike(classes: readonly string[]): DatasetNote[] {
  const groups = new Map<string, string[]>();
  for (const name of classes) {
    const key = name.normalize('NFC').toLowerCase().trim();
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  const several = [...groups.values()].filter(({ length }) => length > 1);
  if (several.length === 0) return [];
  const shown = several.slice(0, 3).map((names) => names.map(shownName).join(' and '));
  const text =
    `${shown.join(', ')}${andMore(several.length - shown.length)} are different classes, though their names differ only in ` +
    'case, spaces around them or how accents are composed';
  return [{ text, classes: several.flat() }];
}

function leftOutFolders(reason: string, folders: readonly string[]): DatasetNote[] {
  if (folders.length === 0) return [];
  const each = folders.length === 1 ? '' : 'each of ';
  return [{ text: `left out ${shownNames(folders.toSorted())}, ${each}which ${reason}` }];
}
