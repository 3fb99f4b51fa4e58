import { andMore, counted, shownName, shownNames } from '../../operators/message-words.ts';
import type { DatasetNote } from '../../operators/types.ts';
import type { ClassSource } from './class-source.ts';
import type { FoundKind, SetFindings } from './set-findings.ts';
import type { SetLayout } from './set-layout.ts';
import type { Seen } from './shard-index.ts';

/** What the notes of a set are about. */
export interface NotedSet {
  readonly found: SetFindings;
  readonly source: ClassSource;
  readonly layout: SetLayout;
  /** An id that images of two shards would have had. */
  readonly repeated: string | undefined;
  /** Class folders without images. */
  readonly empty: readonly string[];
  /** Number of images. */
  readonly count: number;
}

/** What a person should know of a set of tar shards before its images are used: one note for each kind, with the way out. */
export function tarNotes(set: NotedSet): readonly DatasetNote[] {
  const texts = [
    ...aboutClasses(set),
    ...aboutIds(set),
    ...Object.entries(texted).flatMap(([kind, text]) => {
      const seen = set.found.of(kind as FoundKind);
      return seen === undefined ? [] : [text(seen, set)];
    }),
    ...leftOutOthers(set.found),
  ];
  return texts.filter((text) => text !== '').map((text) => ({ text }));
}

function aboutClasses({ source, layout, empty }: NotedSet): string[] {
  const texts: string[] = [];
  if (source.kind === 'txt')
    texts.push('`.txt` members are taken for classes: they hold few different, short texts');
  if (source.areCaptions && source.kind === 'folder') {
    const instead = layout.folders.size === 0 ? 'images have no classes' : 'classes are folders';
    texts.push(`\`.txt\` members are taken for captions, not for classes: ${instead}`);
  }
  if (empty.length > 0) {
    texts.push(
      `no images in ${counted(empty.length)} of ${counted(layout.folders.size + empty.length, 'class', 'classes')}: ` +
        shownNames(empty),
    );
  }
  return texts;
}

function aboutIds({ layout, repeated }: NotedSet): string[] {
  const texts: string[] = [];
  const { wrapper } = layout;
  if (wrapper !== '') {
    texts.push(
      `all images lie in ${shownName(wrapper.slice(0, -1))}: classes and ids begin behind it`,
    );
  }
  if (repeated !== undefined) {
    texts.push(
      `several images would have the id ${shownName(repeated)}: ids are paths of members behind the names of their shards, with ` +
        '`#2` where one occurs again',
    );
  }
  return texts;
}

const such = (example: string): string => `such as ${shownName(example)}`;

/** The sentence of each kind of finding. */
const texted: Partial<Record<FoundKind, (seen: Seen, set: NotedSet) => string>> = {
  unsaid: ({ count, example }, { source, count: all }) =>
    `${ofAll(count, all)} ${have(count)} no class: no \`.${source.kind}\` member names one, ${such(example)}`,
  unclear: ({ count, example }, { source, count: all }) =>
    `${ofAll(count, all)} ${have(count)} no class: what the \`.${source.kind}\` member holds is no name of one, ${such(example)}`,
  further: ({ count, example }, { source }) =>
    source.isPlain
      ? `${counted(count, 'image')}, ${such(example)}, ${count === 1 ? 'shares its name' : 'share their names'} up to the first ` +
        'dot with another: each is an image of its own, where the `webdataset` package makes one sample of them'
      : `left out ${counted(count, 'image')} beside the image of ${count === 1 ? 'its sample' : 'their samples'}, ${such(example)}`,
  beside: ({ count, example }) =>
    `left out ${counted(count, 'image')} beside the class folders, ${such(example)}`,
  // As samples with a class of their own they are different images.
  repeated: ({ count, example }, { source }) =>
    source.isPlain
      ? `${counted(count, 'name')}, ${such(example)}, ${count === 1 ? 'occurs' : 'occur'} again in the same shard: the last one ` +
        'counts, as unpacking leaves it'
      : '',
  links: ({ count, example }) =>
    `left out ${counted(count, 'link')} that ${count === 1 ? 'leads' : 'lead'} to no image of the shard, ${such(example)}`,
  special: ({ count, example }) =>
    `left out ${counted(count, 'member')} that ${count === 1 ? 'is no plain file' : 'are no plain files'}, such as sparse files ` +
    `and devices, ${such(example)}`,
  outside: ({ count, example }) =>
    `left out ${counted(count, 'member')} whose ${count === 1 ? 'name leads' : 'names lead'} out of the archive, ${such(example)}`,
  rawNames: ({ count, example }) =>
    `names of ${counted(count, 'image')} are not UTF-8: their bytes are written as in ${shownName(example)}`,
  backslashes: ({ count, example }) =>
    `${counted(count, 'name')}, ${such(example)}, ${count === 1 ? 'has' : 'have'} \`\\\` between folders: taken for \`/\``,
  withoutEnd: ({ count, example }) =>
    `${counted(count, 'shard')}, ${such(example)}, ${count === 1 ? 'ends' : 'end'} without the blocks of zeros that are written ` +
    'last: images may be missing',
  joined: ({ count, example }) =>
    `${counted(count, 'shard')}, ${such(example)}, ${have(count)} further members behind the end of an archive, as \`cat\` of ` +
    'several makes: they are read as well, where `tar -xf` and the `webdataset` package stop',
  trailing: ({ count, example }) =>
    `left out ${counted(count, 'byte')} behind the end of the archive ${shownName(example)} that are no member`,
};

function have(count: number): string {
  return count === 1 ? 'has' : 'have';
}

function ofAll(count: number, all: number): string {
  return `${counted(count)} of ${counted(all, 'image')}`;
}

/** Endings that a note tells. */
const mostTold = 3;

function leftOutOthers({ others }: SetFindings): string[] {
  if (others.length === 0) return [];
  const count = others.reduce((sum, [, seen]) => sum + seen.count, 0);
  return [
    `left out ${counted(count, 'file')} without an image beside ${count === 1 ? 'it' : 'them'}, ${shownOthers(others)}`,
  ];
}

/** Files by their endings, with an example. @param others One or more. */
export function shownOthers(others: SetFindings['others']): string {
  const kinds = others.slice(0, mostTold).map(([ending, { count }]) => {
    const shown =
      ending === '' ? 'without an ending' : ending === '…' ? 'of other endings' : shownName(ending);
    return `${counted(count)} ${shown}`;
  });
  const rest = others.length - kinds.length;
  return `such as ${shownName(others[0]![1].example)} (${kinds.join(', ')}${andMore(rest)})`;
}
