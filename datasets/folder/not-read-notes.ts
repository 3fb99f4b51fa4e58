import path from 'node:path';
import { pointerFile } from '../../operators/pointer-files.ts';
import { imageFormat } from '../../operators/image-formats.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import type { DatasetNote } from '../../operators/types.ts';
import type { Strings } from '../../operators/packed-strings.ts';
import { classOf } from './class-layout.ts';
import { isForeignExtension } from '../records/listed-names.ts';
import type { FolderListing, Peek } from './folder-listing.ts';

/**
 * Notes of listed images that cannot be used, as far as names and a few looks tell before the first step: formats that are
 * not read, by their endings, and pointers in the place of images. Each image is tried all the same.
 */
export async function notReadNotes(
  peek: Peek,
  { ids, rawIds }: FolderListing,
): Promise<readonly DatasetNote[]> {
  const listed = rawIds.size === 0 ? ids : [...ids].filter((id) => !rawIds.has(id));
  return [...(await foreignFormats(peek, listed, ids.length)), ...(await pointers(peek, listed))];
}

async function foreignFormats(
  peek: Peek,
  ids: Iterable<string>,
  count: number,
): Promise<DatasetNote[]> {
  const byEnding = new Map<string, string[]>();
  for (const id of ids) {
    const ending = path.extname(id).toLowerCase();
    if (!isForeignExtension(ending)) continue;
    const known = byEnding.get(ending);
    if (known === undefined) byEnding.set(ending, [id]);
    else known.push(id);
  }
  const kinds: (readonly [ending: string, ids: readonly string[]])[] = [];
  for (const [ending, some] of byEnding) {
    // Some files are called `.heic` and hold a JPEG, which is read.
    const head = await peek(some[0]!, headBytes);
    if (imageFormat(head) === undefined) kinds.push([ending, some]);
  }
  const all = kinds.flatMap(([, some]) => some);
  if (all.length === 0) return [];
  const endings = kinds.map(([ending, some]) => `${counted(some.length)} \`${ending}\``).join(', ');
  const are = all.length === 1 ? 'is in a format that is' : 'are in formats that are';
  const text =
    `${counted(all.length)} of ${counted(count, 'image')} ${are} not read, such as ${shownName(all[0]!)} ` +
    `(${endings}). Convert ${all.length === 1 ? 'it' : 'them'} to JPEG or PNG`;
  return [{ text, classes: classesOf(all) }];
}

/** Looks at the first image, the last and one between: a store that was cloned without its files has none at all. */
async function pointers(peek: Peek, ids: Strings | readonly string[]): Promise<DatasetNote[]> {
  for (const at of [0, ids.length >> 1, ids.length - 1]) {
    if (at < 0 || at >= ids.length) continue;
    const id = ids.at(at)!;
    const pointer = pointerFile(await peek(id, headBytes));
    if (pointer === undefined) continue;
    const { name, command } = pointer;
    const text = `${shownName(id)} is ${name} and no image: fetch the images with \`${command}\``;
    return [{ text }];
  }
  return [];
}

/** Classes that some images belong to; undefined when they have none. */
function classesOf(ids: readonly string[]): readonly string[] | undefined {
  if (!ids[0]!.includes('/')) return undefined;
  return [...new Set(ids.map(classOf))];
}

const headBytes = 256;
