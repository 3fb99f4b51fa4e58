import fs from 'node:fs/promises';
import path from 'node:path';
import { type ImageFormatEntry, imageFormat, imageFormats } from '../operators/image-formats.ts';
import type { DatasetNote } from '../operators/types.ts';
import type { FolderListing } from './folder-listing.ts';
import { counted, shownName } from '../operators/message-words.ts';

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
  folder: string,
  { ids, leftOut }: FolderListing,
): Promise<LeftOutByName> {
  const endings = [...leftOut.others].sort(
    ([one, { count }], [other, others]) => others.count - count || (one < other ? -1 : 1),
  );
  const [first] = endings;
  if (first === undefined) return { notes: [], areImages: false };
  const count = endings.reduce((sum, [, files]) => sum + files.count, 0);
  const named = endings.slice(0, mostNamed);
  const wayOut = await renaming(folder, named);
  const whole = `left out ${counted(count)} of ${counted(count + ids.length, 'file')}`;
  const example = shownName(first[1].example);
  const text =
    count === 1
      ? `${whole} by its name, ${example}`
      : `${whole} by their names, such as ${example} (${shownEndings(endings, named)})`;
  const classes = [...leftOut.othersOf.keys()];
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

/** What to do about files that hold images, told for the most frequent ending that does. */
async function renaming(folder: string, endings: readonly Ending[]): Promise<string> {
  for (const [ending, { example }] of endings) {
    const format = await formatOf(path.join(folder, example));
    if (format === undefined) continue;
    const { name, extensions } = format;
    const extension = extensions[0]!;
    return (
      `. ${shownName(example)} holds a ${name} image. Rename such files to end in ${extension}` +
      renameCommand(folder, ending, extension)
    );
  }
  return '';
}

async function formatOf(file: string): Promise<ImageFormatEntry | undefined> {
  try {
    const handle = await fs.open(file, 'r');
    try {
      const head = Buffer.alloc(64);
      const { bytesRead } = await handle.read(head, 0, head.length, 0);
      const format = imageFormat(head.subarray(0, bytesRead));
      return format === undefined ? undefined : imageFormats[format];
    } finally {
      await handle.close();
    }
  } catch {
    // Only a hint hangs on it: the file is left out either way.
    return undefined;
  }
}

function renameCommand(folder: string, ending: string, extension: string): string {
  if (/[*[\]\\…]/u.test(ending)) return '';
  const pattern = ending === '' ? `! -name '*.*'` : `-iname ${quoted(`*${ending}`)}`;
  return `: find ${quoted(folder)} -type f ${pattern} -exec mv {} {}${extension} \\;`;
}

/** A word as a POSIX shell reads it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function shownEnding(ending: string): string {
  if (ending === '') return 'without an ending';
  return ending === '…' ? 'with other endings' : shownName(ending);
}
