import { type ImageFormatEntry, imageFormat, imageFormats } from '../../operators/image-formats.ts';
import type { DatasetNote } from '../../operators/types.ts';
import type { FolderListing, OpenedFolder } from './folder-listing.ts';
import { counted, shownName } from '../../operators/message-words.ts';

/** Endings that a note names, the most frequent ones. */
const mostNamed = 3;

/** What became of files whose names are not those of images. */
export interface LeftOutByName {
  readonly notes: readonly DatasetNote[];
  /** Images were found among them. */
  readonly areImages: boolean;
}

/**
 * The note of files that were left out because of their names, if there are any: how many, with which endings, and
 * how to rename them where they are images after all.
 *
 * A file is never listed for what is in it, which would mean to open all of them; one of each frequent ending is opened
 * for this note.
 */
export async function leftOutByName(
  opened: OpenedFolder,
  { ids, leftOut }: FolderListing,
): Promise<LeftOutByName> {
  const endings = [...leftOut.others].sort(
    ([one, { count }], [other, others]) => others.count - count || (one < other ? -1 : 1),
  );
  const [first] = endings;
  if (first === undefined) return { notes: [], areImages: false };
  const count = endings.reduce((sum, [, files]) => sum + files.count, 0);
  const named = endings.slice(0, mostNamed);
  const wayOut = await renaming(opened, named);
  const whole = `left out ${counted(count)} of ${counted(count + ids.length, 'file')}`;
  const example = shownName(first[1].example);
  const text =
    count === 1
      ? `${whole} by its name, ${example}`
      : `${whole} by their names, such as ${example} (${shownEndings(endings, named)})`;
  const classes = [...leftOut.othersOf.keys()].sort();
  const areBeside = [...leftOut.othersOf.values()].reduce((sum, files) => sum + files, 0) < count;
  const note = { text: `${text}${wayOut}`, classes: areBeside ? undefined : classes };
  return { notes: [note], areImages: wayOut !== '' };
}

function shownEndings(
  endings: readonly (readonly [string, { readonly count: number }])[],
  named: typeof endings,
): string {
  const kinds = named.map(([ending, { count }]) => `${counted(count)} ${shownEnding(ending)}`);
  const rest = endings.length - named.length;
  return `${kinds.join(', ')}${rest === 0 ? '' : ` and ${counted(rest, 'more ending')}`}`;
}

type Ending = readonly [string, { readonly example: string }];

/** What to do about files that hold images: those of all endings that hold the format of the first one that does. */
async function renaming(
  { folder, peek }: OpenedFolder,
  endings: readonly Ending[],
): Promise<string> {
  const formats = await Promise.all(
    endings.map(async ([, { example }]) => formatOf(await peek(example, 64))),
  );
  const format = formats.find((one) => one !== undefined);
  if (format === undefined) return '';
  const same = endings.filter((_, at) => formats[at] === format);
  const extension = format.extensions[0]!;
  return (
    `. ${shownName(same[0]![1].example)} holds a ${format.name} image. Rename such files to end in ${extension}` +
    (folder === null
      ? ''
      : renameCommand(
          folder,
          same.map(([ending]) => ending),
          extension,
        ))
  );
}

function formatOf(head: Uint8Array): ImageFormatEntry | undefined {
  const format = imageFormat(head);
  return format === undefined ? undefined : imageFormats[format];
}

/** Renames what a listing sees: nothing hidden, such as the files of a `.git`, whose names have no ending either. */
function renameCommand(folder: string, endings: readonly string[], extension: string): string {
  if (endings.some((ending) => !canBePattern(ending))) return '';
  const patterns = endings.map((ending) =>
    ending === '' ? `! -name '*.*'` : `-iname ${quoted(`*${ending}`)}`,
  );
  const all = patterns.length === 1 ? patterns[0]! : `\\( ${patterns.join(' -o ')} \\)`;
  const listed = `-mindepth 1 -name '.*' -prune -o -type f`;
  return `: find ${quoted(folder)} ${listed} ${all} -exec mv {} {}${extension} \\;`;
}

/** Tests whether an ending stands for itself in a pattern that is printed on one line; a `?` matches itself, too. */
function canBePattern(ending: string): boolean {
  return !/[*[\]\\…\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u.test(ending);
}

/** A word as a POSIX shell reads it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function shownEnding(ending: string): string {
  if (ending === '') return 'without an ending';
  return ending === '…' ? 'with other endings' : shownName(ending);
}
