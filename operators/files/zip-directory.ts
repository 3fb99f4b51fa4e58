import { PipelineError } from '../errors.ts';
import { shownName } from '../message-words.ts';
import type { FileWindow } from './file-window.ts';

/** A member of a zip archive. */
export interface ZipMember {
  /** Path inside the archive, with `/`; a folder's ends in `/`. Never absolute, never with `..`. */
  readonly name: string;
  readonly compression: 'stored' | 'deflated';
  readonly crc32: number;
  /** Bytes in the archive, and when it is unpacked. */
  readonly storedBytes: number;
  readonly bytes: number;
  /** Runs as a program. */
  readonly isExecutable: boolean;
  /** Place of its header in the file. */
  readonly offset: number;
}

/** What an archive is read through. */
export type ZipWindow = Pick<FileWindow, 'path' | 'size' | 'bytes'>;

/** Records of APPNOTE 6.3.10: end of the directory, its Zip64 form and the pointer to that, an entry. */
const records = {
  end: { signature: 0x06054b50, bytes: 22 },
  locator: { signature: 0x07064b50, bytes: 20 },
  end64: { signature: 0x06064b50, bytes: 56 },
  entry: { signature: 0x02014b50, bytes: 46 },
} as const;

/** Longest comment behind the end record, and the largest directory that is read into memory. */
const [longestComment, largestDirectory] = [0xffff, 64 << 20];

/** Place of the list of members, and their number. */
interface Directory {
  readonly count: number;
  readonly bytes: number;
  readonly offset: number;
}

/**
 * Members of a zip archive, as its central directory lists them.
 *
 * @throws {PipelineError} `ERR_FORMAT`, naming the file and the member; `ERR_READ`.
 */
export async function zipMembers(window: ZipWindow): Promise<readonly ZipMember[]> {
  const directory = await findDirectory(window);
  const { count, bytes, offset } = directory;
  if (offset + bytes > window.size || bytes > largestDirectory || count > bytes) {
    throw damaged(window.path, 'its list of members is not where its end says');
  }
  // Of its own, because further reads would fill the window anew.
  const list = Buffer.from(await window.bytes(offset, bytes));
  const members: ZipMember[] = [];
  const seen = new Set<string>();
  for (let at = 0; members.length < count;) {
    const entry = entryAt(list, at, window.path);
    members.push(entry.member);
    at = entry.next;
    if (seen.has(entry.member.name))
      throw refused(window.path, entry.member.name, 'is there twice');
    seen.add(entry.member.name);
  }
  return members;
}

async function findDirectory(window: ZipWindow): Promise<Directory> {
  const { size, path } = window;
  const from = Math.max(0, size - records.end.bytes - longestComment);
  const tail = Buffer.from(await window.bytes(from, size - from));
  const found = lastEnd(tail);
  if (found === undefined) {
    throw damaged(
      path,
      'it ends before its list of members, so it was cut short or is no zip archive',
    );
  }
  const { end, at } = found;
  const directory = {
    count: end.readUInt16LE(10),
    bytes: end.readUInt32LE(12),
    offset: end.readUInt32LE(16),
  };
  const isLong =
    directory.count === 0xffff || directory.bytes === 0xffffffff || directory.offset === 0xffffffff;
  return isLong ? await directory64(window, from + at) : directory;
}

/** The end record that reaches to the end of the file. */
function lastEnd(tail: Buffer): { readonly end: Buffer; readonly at: number } | undefined {
  for (let at = tail.byteLength - records.end.bytes; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== records.end.signature) continue;
    const end = tail.subarray(at);
    if (end.byteLength === records.end.bytes + end.readUInt16LE(20)) return { end, at };
  }
  return undefined;
}

async function directory64(window: ZipWindow, endAt: number): Promise<Directory> {
  const wrong = damaged(window.path, 'the end of its list of members cannot be read');
  const { locator, end64 } = records;
  if (endAt < locator.bytes) throw wrong;
  const pointer = await window.bytes(endAt - locator.bytes, locator.bytes);
  if (pointer.readUInt32LE(0) !== locator.signature) throw wrong;
  const at = wholeNumber(pointer, 8);
  const end = await window.bytes(at, end64.bytes);
  if (end.byteLength < end64.bytes || end.readUInt32LE(0) !== end64.signature) throw wrong;
  return { count: wholeNumber(end, 32), bytes: wholeNumber(end, 40), offset: wholeNumber(end, 48) };
}

function entryAt(
  list: Buffer,
  at: number,
  path: string,
): { readonly member: ZipMember; readonly next: number } {
  const wrong = damaged(path, 'its list of members cannot be read');
  const head = list.subarray(at, at + records.entry.bytes);
  if (head.byteLength < records.entry.bytes || head.readUInt32LE(0) !== records.entry.signature) {
    throw wrong;
  }
  const [nameBytes, extraBytes] = [head.readUInt16LE(28), head.readUInt16LE(30)];
  const nameAt = at + records.entry.bytes;
  const next = nameAt + nameBytes + extraBytes + head.readUInt16LE(32);
  if (next > list.byteLength) throw wrong;
  const name = list.toString('utf8', nameAt, nameAt + nameBytes);
  const extra = list.subarray(nameAt + nameBytes, nameAt + nameBytes + extraBytes);
  const sizes = sizesOf(head, extra);
  if (sizes === undefined) throw wrong;
  const mode = head.readUInt32LE(38) >>> 16;
  refuseName(path, name);
  refuseKind(path, name, { mode, flags: head.readUInt16LE(8), method: head.readUInt16LE(10) });
  const compression = head.readUInt16LE(10) === 0 ? 'stored' : 'deflated';
  const member: ZipMember = {
    name,
    compression,
    crc32: head.readUInt32LE(16),
    isExecutable: (mode & 0o100) !== 0,
    ...sizes,
  };
  return { member, next };
}

/** Sizes and place; those that 32 bits cannot say stand in the Zip64 field (APPNOTE 4.5.3), in this order. */
function sizesOf(
  head: Buffer,
  extra: Buffer,
): Pick<ZipMember, 'bytes' | 'storedBytes' | 'offset'> | undefined {
  const long = zip64Field(extra);
  let at = 0;
  let whole = true;
  const size = (place: number): number => {
    const short = head.readUInt32LE(place);
    if (short !== 0xffffffff) return short;
    at += 8;
    if (long !== undefined && long.byteLength >= at) return wholeNumber(long, at - 8);
    whole = false;
    return 0;
  };
  const [bytes, storedBytes, offset] = [size(24), size(20), size(42)];
  return whole ? { bytes, storedBytes, offset } : undefined;
}

function zip64Field(extra: Buffer): Buffer | undefined {
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const bytes = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) return extra.subarray(at + 4, at + 4 + bytes);
    at += 4 + bytes;
  }
  return undefined;
}

function refuseName(path: string, name: string): void {
  const parts = name.split('/');
  if (name === '' || name.includes('\0') || name.includes('\\')) {
    throw refused(path, name, 'has no name that a file can have');
  }
  if (name.startsWith('/') || /^[a-z]:/iu.test(name)) throw refused(path, name, 'is absolute');
  if (parts.includes('..')) throw refused(path, name, 'reaches outside its folder');
}

interface MemberKind {
  readonly mode: number;
  readonly flags: number;
  readonly method: number;
}

/** Kinds of files in the upper bits of a Unix mode (`stat.h`): none given, a file, a folder. */
const plainKinds = new Set([0, 0o100000, 0o040000]);

function refuseKind(path: string, name: string, { mode, flags, method }: MemberKind): void {
  if (!plainKinds.has(mode & 0o170000)) throw refused(path, name, 'is a link or a device');
  if ((flags & 1) !== 0) throw refused(path, name, 'is encrypted');
  if (method !== 0 && method !== 8) {
    throw refused(path, name, `is compressed by method \`${method}\`, not by deflate`);
  }
}

/** An integer of 64 bits; what is no safe integer lies outside every file. */
function wholeNumber(bytes: Buffer, at: number): number {
  const value = Number(bytes.readBigUInt64LE(at));
  return Number.isSafeInteger(value) ? value : Number.MAX_SAFE_INTEGER;
}

function refused(path: string, name: string, why: string): PipelineError {
  const message = `\`${path}\` is refused: its member ${shownName(name)} ${why}. Download it again, or write it again.`;
  return new PipelineError('ERR_FORMAT', message, { path });
}

function damaged(path: string, why: string): PipelineError {
  return new PipelineError(
    'ERR_FORMAT',
    `\`${path}\` is damaged: ${why}. Download it again, or write it again.`,
    {
      path,
    },
  );
}
