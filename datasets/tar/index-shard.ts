import path from 'node:path';
import { packedStrings } from '../../operators/packed-strings.ts';
import type { ColumnNames } from '../../operators/column-names.ts';
import { isSystemName, kindOfFile } from '../records/listed-names.ts';
import type { ObjectStore, StoredObject } from '../store/object-store.ts';
import { type ClassKind, classKinds, mostClassBytes, saidClasses } from './class-members.ts';
import {
  hasBackslashes,
  isMetaName,
  type MemberName,
  memberName,
  memberPath,
} from './member-name.ts';
import { readTar, type TarEnd, type TarMember } from './read-tar.ts';
import {
  type ClassMember,
  type NamedMember,
  type SampleImage,
  sampleImages,
} from './sample-group.ts';
import type { Seen, ShardFindings, ShardIndex } from './shard-index.ts';

/** Options of `indexShard`. */
export interface IndexShardOptions {
  readonly columns: ColumnNames;
  /** Keeps images while they pass. @param content Handed over. @default they are not kept */
  readonly keep?: ((range: Kept, content: Uint8Array) => Promise<unknown>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Place of an image in its shard. */
export type Kept = Pick<TarMember, 'from' | 'bytes'>;

/** Largest image that is kept in passing: larger ones are read again. */
const mostKeptBytes = 2 ** 26;

/**
 * Index of the images of one shard, in one pass over it.
 *
 * @throws {Error} When it is no tar archive, cut or damaged: the message is the reason.
 */
export async function indexShard(
  store: ObjectStore,
  object: StoredObject,
  { columns, keep, signal }: IndexShardOptions,
): Promise<ShardIndex> {
  const shard = shardTally(columns);
  const wants = (name: string, bytes: number): 'nothing' | 'sum' | 'content' => {
    if (kindOfFile(name) === 'image') {
      return keep !== undefined && bytes <= mostKeptBytes ? 'content' : 'sum';
    }
    return bytes <= mostClassBytes && classKindOf(memberName(name), columns) !== undefined
      ? 'content'
      : 'nothing';
  };
  const reading = readTar(store, object, { wants, signal });
  for (;;) {
    const { value, done } = await reading.next();
    if (done === true) return shard.finish(value);
    const kept: Promise<unknown>[] = [];
    for (const member of value) {
      shard.add(member);
      const isKept = keep !== undefined && member.content !== undefined;
      if (isKept && kindOfFile(member.name) === 'image') kept.push(keep(member, member.content));
    }
    await Promise.all(kept);
  }
}

/** The kind of a class member by its name; undefined of any other member. */
export function classKindOf(
  name: MemberName | undefined,
  { label }: ColumnNames,
): ClassKind | undefined {
  if (name === undefined) return undefined;
  const { ending, extension } = name;
  if (label === undefined) return classKinds.find((kind) => kind === ending);
  if (extension === label.toLowerCase()) return ending === 'json' ? 'json' : 'cls';
  return ending === 'json' ? 'json' : undefined;
}

/** What a member says, by the columns that were chosen. */
export function saidBy(
  kind: ClassKind,
  name: MemberName,
  content: Uint8Array | undefined,
  { label }: ColumnNames,
): ClassMember['said'] {
  if (content === undefined) return null;
  return saidClasses(kind, content, name.extension === label?.toLowerCase() ? undefined : label);
}

/** Tests whether a path is of a member that nobody misses: hidden, or left behind by a system. */
export function isPassedOver(path: string): boolean {
  return isMetaName(path) || path.split('/').some(isSystemName);
}

interface ShardTally {
  add(member: TarMember): void;
  finish(end: TarEnd): ShardIndex;
}

function shardTally(columns: ColumnNames): ShardTally {
  const rows = imageRows();
  const found = findingsTally();
  const folders = new Set<string>();
  const links: { readonly from: string; readonly to: string }[] = [];
  let key: string | undefined;
  let images: NamedMember[] = [];
  let classes: ClassMember[] = [];
  let others: string[] = [];
  /** Of the group: one that occurs again begins another sample. */
  const paths = new Set<string>();
  const closeGroup = (): void => {
    for (const image of sampleImages({ images, classes }, columns)) rows.add(image, found);
    if (images.length === 0) {
      for (const other of [...classes.map((one) => one.path), ...others]) found.other(other);
      for (const other of [...classes.map((one) => one.path), ...others]) addFolder(other);
    }
    [images, classes, others] = [[], [], []];
    paths.clear();
  };
  const addFolder = (file: string): void => {
    const end = file.lastIndexOf('/');
    if (end > 0) folders.add(file.slice(0, end));
  };
  const addFile = (file: string, member: TarMember): void => {
    const name = memberName(file);
    if (name === undefined) {
      found.other(file);
      addFolder(file);
      return;
    }
    if (name.key !== key || paths.has(file)) closeGroup();
    key = name.key;
    paths.add(file);
    const kind = classKindOf(name, columns);
    if (kindOfFile(file) === 'image') images.push({ path: file, name, member });
    else if (kind === undefined) others.push(file);
    else {
      const said = saidBy(kind, name, member.content, columns);
      classes.push({ path: file, name, member, kind, said });
    }
  };
  return {
    add(member) {
      const { kind, name } = member;
      const file = memberPath(name);
      if (file === undefined) {
        if (/[^./]/u.test(name)) found.see('outside', name);
        return;
      }
      if (isPassedOver(file)) return;
      if (hasBackslashes(name)) found.see('backslashes', name);
      if (kind === 'file') addFile(file, member);
      else if (kind === 'folder') folders.add(file);
      else if (kind === 'other') found.see('special', file);
      else links.push({ from: file, to: linkTarget(file, member) });
    },
    finish(end) {
      closeGroup();
      for (const { from, to } of links) {
        if (kindOfFile(from) === 'image' && !rows.link(from, to)) found.see('links', from);
      }
      return { ...rows.all(), folders: [...folders].sort(), findings: found.all(end) };
    },
  };
}

/** The path that a link leads to: hard links tell it from the top of the archive, symbolic ones from their folder. */
function linkTarget(from: string, { kind, target }: TarMember): string {
  const to = kind === 'symlink' ? path.posix.join(path.posix.dirname(from), target) : target;
  return memberPath(to) ?? '';
}

interface ImageRows {
  add(image: SampleImage, found: FindingsTally): void;
  /** Adds an image under another name. @returns False when there is no such image. */
  link(name: string, target: string): boolean;
  all(): Omit<ShardIndex, 'findings' | 'folders'>;
}

function imageRows(): ImageRows {
  const names: string[] = [];
  const [from, bytes, crc32]: [number[], number[], number[]] = [[], [], []];
  const further: number[] = [];
  const superseded: number[] = [];
  const said: Record<ClassKind, number[]> = { cls: [], json: [], txt: [] };
  const lists: (readonly string[])[] = [];
  const listAt = new Map<string, number>();
  const rowOf = new Map<string, number>();
  const codeOf = (classes: SampleImage['said'][ClassKind]): number => {
    if (classes === null) return -2;
    if (classes === undefined || classes.length === 0) return -1;
    const text = classes.length === 1 ? classes[0]! : JSON.stringify(classes);
    const id = `${classes.length} ${text}`;
    const known = listAt.get(id);
    if (known !== undefined) return known;
    listAt.set(id, lists.length);
    return lists.push(classes) - 1;
  };
  const place = (name: string): number => {
    const before = rowOf.get(name);
    if (before !== undefined) superseded.push(before);
    rowOf.set(name, names.length);
    return names.push(name) - 1;
  };
  return {
    add({ path: name, member, isFurther, said: own }, found) {
      if (!member.isText) found.see('rawNames', name);
      const row = place(name);
      [from[row], bytes[row], crc32[row]] = [member.from, member.bytes, member.crc32];
      if (isFurther) further.push(row);
      for (const kind of classKinds) said[kind][row] = codeOf(own[kind]);
    },
    link(name, target) {
      const to = rowOf.get(target);
      if (to === undefined || rowOf.has(name)) return to !== undefined;
      const row = place(name);
      [from[row], bytes[row], crc32[row]] = [from[to]!, bytes[to]!, crc32[to]!];
      for (const kind of classKinds) said[kind][row] = said[kind][to]!;
      return true;
    },
    all() {
      const isSaid = (kind: ClassKind): boolean => said[kind].some((code) => code !== -1);
      const kinds = classKinds
        .filter(isSaid)
        .map((kind) => [kind, Int32Array.from(said[kind])] as const);
      return {
        names: packedStrings(names),
        from: Float64Array.from(from),
        bytes: Float64Array.from(bytes),
        crc32: Uint32Array.from(crc32),
        further: Uint32Array.from(further),
        superseded: Uint32Array.from(superseded),
        lists,
        said: Object.fromEntries(kinds),
      };
    },
  };
}

type SeenKind = Exclude<keyof ShardFindings, 'others' | 'end'>;

interface FindingsTally {
  see(kind: SeenKind, example: string): void;
  other(path: string): void;
  all(end: TarEnd): ShardFindings;
}

/** Endings that are told apart. */
const mostEndings = 50;

function findingsTally(): FindingsTally {
  const seen = new Map<SeenKind, Seen>();
  const others = new Map<string, Seen>();
  return {
    see(kind, example) {
      seen.set(kind, more(seen.get(kind), example));
    },
    other(file) {
      const own = path.posix.extname(file).toLowerCase();
      const ending = others.has(own) || others.size < mostEndings ? own : '…';
      others.set(ending, more(others.get(ending), file));
    },
    all: (end) => ({ ...Object.fromEntries(seen), others: Object.fromEntries(others), end }),
  };
}

function more(known: Seen | undefined, example: string): Seen {
  return known === undefined ? { count: 1, example } : { ...known, count: known.count + 1 };
}
