import { isUtf8 } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import type { Extract, Header } from 'tar-stream';
import { counted, shownName } from '../../operators/message-words.ts';
import { escapedName } from '../records/escaped-name.ts';
import type { ObjectStore, StoredObject } from '../store/object-store.ts';
import { otherThanTar } from './not-a-tar.ts';

/** A member of a tar archive. */
export interface TarMember {
  /** As text: bytes that are not UTF-8 are escaped. */
  readonly name: string;
  /** False where the name was not UTF-8. */
  readonly isText: boolean;
  readonly kind: 'file' | 'folder' | 'link' | 'symlink' | 'other';
  /** What a link leads to; empty of others. */
  readonly target: string;
  /** First byte of its content in the archive. */
  readonly from: number;
  /** Size of its content. */
  readonly bytes: number;
  /** CRC-32 of its content, where that was asked for; otherwise 0. */
  readonly crc32: number;
  /** Its content, where that was asked for, in memory that nobody else holds. */
  readonly content: Uint8Array | undefined;
}

/** How an archive ended. */
export interface TarEnd {
  /** False without the blocks of zeros that are written last: it may have been cut between two members. */
  readonly hasEnd: boolean;
  /** Times that it went on behind such blocks, as archives that were put together do. */
  readonly joined: number;
  /** Bytes behind its end that are of no archive. */
  readonly trailing: number;
}

/** Options of `readTar`. */
export interface ReadTarOptions {
  /** What is wanted of the content of a file. */
  readonly wants: (name: string, bytes: number) => 'nothing' | 'sum' | 'content';
  readonly signal?: AbortSignal | undefined;
}

/** Turns of the event loop in which nothing comes of a piece, though all of it is there. */
const mostTurns = 100;

/** Size of the blocks that an archive consists of. */
const block = 512;

/**
 * Members of a tar archive in its order, in one pass over its bytes; some at a time, as they arrive. Holds a piece of the
 * archive, and the content that was asked for.
 *
 * @throws {Error} When it is none, cut or damaged: the message is the reason.
 * @throws What the store throws; the reason of the signal when it aborts.
 */
export async function* readTar(
  store: ObjectStore,
  object: StoredObject,
  options: ReadTarOptions,
): AsyncGenerator<readonly TarMember[], TarEnd> {
  const { signal } = options;
  // Loaded by who reads one.
  const { extract } = await import('tar-stream');
  const parser = extract(parsing);
  const state = collect(parser, object, options);
  try {
    for await (const piece of store.stream(object, { signal })) {
      await state.write(piece);
      if (state.hasFailed) break;
      yield state.taken();
    }
    if (!state.hasFailed) await state.end();
    yield state.taken();
  } finally {
    parser.destroy();
  }
  return await endOf(store, object, state, signal);
}

/** Names are taken as bytes. One byte fills the parser, so that it is through with each piece before the next one. */
const parsing = { filenameEncoding: 'latin1', allowUnknownFormat: true, highWaterMark: 1 };

/** What is known of an archive while its members arrive. */
interface Collected {
  /** Bytes that were written. */
  readonly at: number;
  /** Where the last member ends, or the first one would begin. */
  readonly lastEnd: number;
  /** Its name; empty before the first. */
  readonly lastName: string;
  /** Zeros stand where a further member would begin. */
  readonly isAtEnd: boolean;
  readonly joined: number;
  /** Why nothing behind the last member is known, and the way out. */
  readonly refusal: string | undefined;
  /** What the parser threw. */
  readonly failure: Error | undefined;
  readonly hasFailed: boolean;
  /** The first bytes of the archive. */
  readonly head: Uint8Array;
  write(piece: Uint8Array): Promise<void>;
  end(): Promise<void>;
  /** The whole members since it was last asked. */
  taken(): readonly TarMember[];
}

/** A header as it comes, which the types of the package do not tell in full. */
type FoundHeader = Omit<Header, 'pax'> & {
  readonly byteOffset: number;
  readonly pax: Readonly<Record<string, string>> | null;
};

function collect(
  parser: Extract,
  object: StoredObject,
  { wants }: Pick<ReadTarOptions, 'wants'>,
): Collected {
  let members: TarMember[] = [];
  let [at, lastEnd, joined] = [0, 0, 0];
  let lastName = '';
  let piece: Uint8Array = new Uint8Array();
  let isAtEnd = false;
  let head = new Uint8Array();
  let refusal: string | undefined;
  let failure: Error | undefined;
  let wake = (): void => {};
  let turns = 0;
  /** Waits for the parser, which asks nobody: where nothing comes of some turns, it is lost in a header that makes no sense. */
  const woken = async (): Promise<void> => {
    let isAwake = false;
    wake = () => {
      isAwake = true;
    };
    for (turns = 0; turns < mostTurns; turns += 1) {
      if (isAwake || failure !== undefined || refusal !== undefined) return;
      await setImmediate();
    }
    failure = new Error('Invalid header');
  };
  /** Looks at the first byte behind the last member, while it is there: no header begins with a zero. */
  const lookAtEnd = (): void => {
    const byte = piece[lastEnd - (at - piece.length)];
    if (byte !== undefined) isAtEnd = byte === 0;
  };
  parser.on('error', (error: Error) => {
    failure ??= error;
    wake();
  });
  parser.on('drain', () => wake());
  parser.on('finish', () => wake());
  parser.on('entry', (header, stream, next) => {
    turns = 0;
    lookAtEnd();
    if (isAtEnd) joined += 1;
    isAtEnd = false;
    const member = begun(header as unknown as FoundHeader);
    refusal = refusalOf(member, object);
    if (refusal !== undefined) {
      wake();
      return;
    }
    const done = (sum: number, content: Uint8Array | undefined): void => {
      members.push({ ...member, crc32: sum, content });
      lastEnd = member.from + Math.ceil(member.bytes / block) * block;
      lastName = member.name;
      next();
    };
    // The stream of a folder that has a size never ends.
    if (member.kind === 'folder') {
      done(0, undefined);
      return;
    }
    const wanted = member.kind === 'file' ? wants(member.name, member.bytes) : 'nothing';
    const parts: Uint8Array[] = [];
    let sum = 0;
    stream.on('data', (data) => {
      const part = data as Uint8Array;
      turns = 0;
      if (wanted !== 'nothing') sum = crc32(part, sum);
      if (wanted === 'content') parts.push(part);
    });
    stream.on('end', () => {
      done(sum, wanted === 'content' ? joinedBytes(parts, member.bytes) : undefined);
    });
  });
  return {
    get at() {
      return at;
    },
    get lastEnd() {
      return lastEnd;
    },
    get lastName() {
      return lastName;
    },
    get isAtEnd() {
      return isAtEnd;
    },
    get joined() {
      return joined;
    },
    get refusal() {
      return refusal;
    },
    get failure() {
      return failure;
    },
    get hasFailed() {
      return failure !== undefined || refusal !== undefined;
    },
    get head() {
      return head;
    },
    async write(next) {
      piece = next;
      if (at === 0) head = Uint8Array.from(next.subarray(0, 8));
      at += next.length;
      if (!parser.write(next)) await woken();
      lookAtEnd();
    },
    async end() {
      parser.end(null);
      await woken();
    },
    taken() {
      const whole = members;
      members = [];
      return whole;
    },
  };
}

function begun(header: FoundHeader): Omit<TarMember, 'crc32' | 'content'> {
  const { byteOffset, size, pax } = header;
  const kind = kindOf(header);
  const isOwn = pax?.['path'] !== undefined;
  const { name, isText } = isOwn ? ofPax(header.name) : ofBytes(header.name);
  const linked = header.linkname ?? '';
  const target = pax?.['linkpath'] === undefined ? ofBytes(linked).name : linked;
  return {
    name,
    isText,
    kind,
    target: kind === 'link' || kind === 'symlink' ? target : '',
    from: byteOffset,
    bytes: kind === 'folder' ? 0 : size,
  };
}

function kindOf({ type, pax }: FoundHeader): TarMember['kind'] {
  if (type === 'directory') return 'folder';
  if (type === 'link' || type === 'symlink') return type;
  const isSparse = pax !== null && Object.keys(pax).some((key) => key.startsWith('GNU.sparse.'));
  return (type === 'file' || type === 'contiguous-file') && !isSparse ? 'file' : 'other';
}

/** A name that the package read as UTF-8. */
function ofPax(name: string): { readonly name: string; readonly isText: boolean } {
  return { name, isText: !name.includes('\uFFFD') };
}

/** A name whose bytes are characters of Latin-1. */
function ofBytes(name: string): { readonly name: string; readonly isText: boolean } {
  if (!/[\x80-\xFF]/u.test(name)) return { name, isText: true };
  const bytes = Buffer.from(name, 'latin1');
  return isUtf8(bytes)
    ? { name: bytes.toString('utf8'), isText: true }
    : { name: escapedName(bytes), isText: false };
}

/** Why members behind this one cannot be found, and the way out. */
function refusalOf(
  { name, kind, from, bytes }: Omit<TarMember, 'crc32' | 'content'>,
  object: StoredObject,
): string | undefined {
  // A number below zero is zero with its sign to the package, and what is no number is null.
  if (!Number.isSafeInteger(bytes) || bytes < 0 || Object.is(bytes, -0)) {
    return `it is damaged: its member ${shownName(name)} has a size that is none. ${again}`;
  }
  const there = Math.max(0, object.bytes - from);
  if (bytes > there) {
    const whole = `${counted(bytes, 'byte')}, of which ${counted(there)} are there`;
    return `it is cut: its member ${shownName(name)} has ${whole}. ${again}`;
  }
  // Some programs count the content of what it leads to, others store it: the next header is at one of two places.
  const isLink = kind === 'link' || kind === 'symlink';
  return isLink && bytes > 0
    ? `its member ${shownName(name)} is a link with a size, so that it is unknown where the next one begins. Pack it again`
    : undefined;
}

const again = 'Download or copy it again; `tar -xf` unpacks the whole members that are there';

function joinedBytes(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  const content = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    content.set(part, at);
    at += part.length;
  }
  return content;
}

/** How it ended. @throws {Error} When it is cut or damaged behind its last whole member. */
async function endOf(
  store: ObjectStore,
  object: StoredObject,
  state: Collected,
  signal: AbortSignal | undefined,
): Promise<TarEnd> {
  const { lastEnd, joined, isAtEnd, hasFailed } = state;
  if (object.bytes === 0) throw new Error('it is an empty file. Download or copy it again');
  const left = object.bytes - lastEnd;
  const end = { hasEnd: left >= 2 * block, joined, trailing: 0 };
  if (!hasFailed && (left <= 0 || isAtEnd)) return end;
  const isOver = state.refusal === undefined && (await isEnd(store, object, lastEnd, signal));
  if (!isOver) throw new Error(whyUnread(state, object));
  // What stands behind two blocks of zeros is no part of it.
  return { ...end, trailing: Math.max(0, left - 2 * block) };
}

function whyUnread(state: Collected, object: StoredObject): string {
  const { refusal, failure, lastEnd, lastName, head } = state;
  if (refusal !== undefined) return refusal;
  const isFirst = lastName === '';
  const other = isFirst ? otherThanTar(head) : undefined;
  if (other !== undefined) return other;
  const at = counted(Math.min(lastEnd, object.bytes));
  const behind = isFirst
    ? 'before its first member'
    : `behind its last whole member, ${shownName(lastName)}, at byte ${at}`;
  if (failure === undefined || failure.message === 'Unexpected end of data') {
    return `it is cut ${behind}. ${again}`;
  }
  return isFirst
    ? 'it is no tar archive'
    : `it is damaged ${behind}: there is no header of a member. ${again}`;
}

/** Tests whether nothing but zeros follows, at least two blocks of them or to the last byte. */
async function isEnd(
  store: ObjectStore,
  object: StoredObject,
  from: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const bytes = Math.min(2 * block, object.bytes - from);
  if (bytes <= 0) return false;
  const read = await store.read(object, { range: { from, bytes }, signal });
  return read.every((byte) => byte === 0);
}
