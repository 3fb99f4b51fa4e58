import type {
  HttpAnswer,
  HttpHead,
  HttpRequest,
  HttpTransport,
  MakeRequest,
  SendOptions,
} from '../http/http-transport.ts';
import { isSizeAlone, pinHeaders, versionOf } from '../http/pinned.ts';
import { answered } from '../http/server-error.ts';
import { checkHead, requirePlain } from './check-head.ts';
import { mergedReads } from './merged-reads.ts';
import type {
  ByteRange,
  LatestObject,
  ObjectStore,
  ReadLatestOptions,
  StoredObject,
  StoreReadOptions,
} from './object-store.ts';
import { streamPieces } from './stream-pieces.ts';

/** How the objects of a store are asked for. */
export interface HttpObjects {
  readonly transport: HttpTransport;
  /** How an object is asked for: each try signed where the store wants that, and answers that ask for another one. */
  sending(
    key: string,
    method: HttpRequest['method'],
    headers: Readonly<Record<string, string>>,
  ): { readonly make: MakeRequest; readonly again?: SendOptions['again'] };
  /** Location of an object, without credentials. */
  url(key: string): string;
  /** Follows redirects as servers of files use them. */
  readonly followsRedirects: boolean;
}

/** What stores over HTTP have in common: finding, reading, streaming, and what it took. */
export function httpObjects(
  objects: HttpObjects,
): Pick<ObjectStore, 'find' | 'read' | 'readLatest' | 'stream'> &
  Required<Pick<ObjectStore, 'traffic' | 'notes'>> {
  let bytesUsed = 0;
  let unpinned: string | undefined;
  const readOne: ObjectStore['read'] = async (object, options = {}) =>
    await readObject(objects, object, options);
  const merged = mergedReads(readOne);
  const read: ObjectStore['read'] = async (object, options) => {
    const bytes = await merged(object, options);
    bytesUsed += bytes.length;
    return bytes;
  };
  const find: ObjectStore['find'] = async (key, signal) => {
    const found = await findObject(objects, key, signal);
    if (found !== undefined && isSizeAlone(found.version)) unpinned ??= objects.url(key);
    return found;
  };
  return {
    read,
    find,
    async readLatest(key, options = {}) {
      const begun = await beginLatest(objects, key, options, find);
      if (begun === undefined) return undefined;
      const { object, begin } = begun;
      if (isSizeAlone(object.version)) unpinned ??= objects.url(key);
      bytesUsed += begin.length;
      return { object, bytes: await withRest(read, begun, options.signal) };
    },
    notes: () => (unpinned === undefined ? [] : [unpinnedNote(unpinned)]),
    async *stream(object, options = {}) {
      for await (const piece of streamPieces(readOne, object, options)) {
        bytesUsed += piece.length;
        yield piece;
      }
    },
    // A gap between ranges that were read together is used by nobody.
    traffic: () => ({ ...objects.transport.traffic(), bytesUsed }),
  };
}

function unpinnedNote(url: string): string {
  return (
    `the server tells no version of \`${url}\`, neither an ETag nor a time of change: ` +
    'that it stays as it is can be seen by its size alone'
  );
}

interface Asked {
  readonly method: HttpRequest['method'];
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  readonly check?: (head: HttpHead) => void;
  readonly signal?: AbortSignal | undefined;
}

async function ask(objects: HttpObjects, key: string, asked: Asked): Promise<HttpAnswer> {
  const { method, headers, ...rest } = asked;
  const { make, again } = objects.sending(key, method, headers);
  const { followsRedirects } = objects;
  const name = objects.url(key);
  return await objects.transport.send(make, { ...rest, name, followsRedirects, again });
}

async function readObject(
  objects: HttpObjects,
  object: StoredObject,
  { range, signal }: StoreReadOptions,
): Promise<Uint8Array> {
  const { key, version } = object;
  const bytes = range?.bytes ?? object.bytes;
  // Nothing of nothing: a range of no bytes has no header.
  if (bytes === 0) return new Uint8Array(0);
  const headers = { ...pinHeaders(version), ...(range === undefined ? {} : rangeHeader(range)) };
  const check = (head: HttpHead): void => checkHead(object, range, head);
  const asked = { method: 'GET', headers, maxBytes: bytes, check, signal } as const;
  const answer = await ask(objects, key, asked);
  if (answer.status !== 200 && answer.status !== 206) throw refused(answer);
  const { length } = answer.bytes;
  if (length !== bytes) throw new Error(`its body has ${length} bytes instead of ${bytes}`);
  return answer.bytes;
}

function rangeHeader({ from, bytes }: ByteRange): Readonly<Record<string, string>> {
  return { range: `bytes=${from}-${from + bytes - 1}` };
}

/** Why a server did not give an object. */
function refused(answer: HttpAnswer): Error {
  const { status } = answer;
  if (isGone(answer)) return new Error('it is gone');
  if (status === 412) return new Error('it has changed since it was listed');
  if (status === 416) return new Error('it has changed since it was listed: it ends before');
  return new Error(answered(answer));
}

function isGone({ status }: HttpHead): boolean {
  return status === 404 || status === 410;
}

async function findObject(
  objects: HttpObjects,
  key: string,
  signal: AbortSignal | undefined,
): Promise<StoredObject | undefined> {
  const head = await ask(objects, key, { method: 'HEAD', headers: {}, maxBytes: 0, signal });
  if (isGone(head)) return undefined;
  if (head.status === 200) {
    const found = foundAs(key, head, head.headers['content-length']);
    if (found !== undefined) return found;
  }
  // Presigned URLs are signed for one method, and some servers tell no size at HEAD.
  return await findByFirstByte(objects, key, signal);
}

async function findByFirstByte(
  objects: HttpObjects,
  key: string,
  signal: AbortSignal | undefined,
): Promise<StoredObject | undefined> {
  return (await readBegin(objects, key, 1, { signal }))?.object;
}

/** Bytes of an object that nobody looked up that are asked for first: 1 MiB, all of most images. */
const firstBytes = 2 ** 20;

/** The begin of an object, and what came with it. */
interface Begun {
  readonly object: StoredObject;
  /** Nothing where the server sends all or nothing, and all is more than was asked for. */
  readonly begin: Uint8Array;
}

/** The first MiB of an object; where a server does not tell what it is with that, what it tells when it is looked up. */
async function beginLatest(
  objects: HttpObjects,
  key: string,
  options: ReadLatestOptions,
  find: ObjectStore['find'],
): Promise<Begun | undefined> {
  try {
    const begun = await readBegin(objects, key, firstBytes, options);
    // That an object has no first byte is told without its version.
    const isUntold = begun?.object.bytes === 0 && isSizeAlone(begun.object.version);
    if (!isUntold) return begun;
  } catch (error) {
    if (!(error instanceof UntoldSize)) throw error;
  }
  const object = await find(key, options.signal);
  if (object === undefined) return undefined;
  options.check?.(object);
  return { object, begin: new Uint8Array(0) };
}

/** The whole of an object whose begin is there. */
async function withRest(
  read: ObjectStore['read'],
  { object, begin }: Begun,
  signal: AbortSignal | undefined,
): Promise<LatestObject['bytes']> {
  const from = begin.length;
  if (from === object.bytes) return begin;
  if (from === 0) return await read(object, { signal });
  const whole = new Uint8Array(object.bytes);
  whole.set(begin);
  const range = { from, bytes: object.bytes - from };
  whole.set(await read(object, { range, signal }), from);
  return whole;
}

/** A size that no head of an answer tells. */
class UntoldSize extends Error {}

/** An answer that is larger than what was asked for: its head is all that is used. */
class IsWhole extends Error {}

/**
 * The first bytes of an object in whatever version it has: the answer tells version and size.
 *
 * @param most Bytes that are asked for.
 */
async function readBegin(
  objects: HttpObjects,
  key: string,
  most: number,
  { check, signal }: ReadLatestOptions,
): Promise<Begun | undefined> {
  let whole: StoredObject | undefined;
  const look = (head: HttpHead): void => {
    const object = toldBy(key, head);
    requirePlain(head);
    check?.(object);
    if (head.status !== 200 || object.bytes <= most) return;
    whole = object;
    throw new IsWhole();
  };
  const headers = rangeHeader({ from: 0, bytes: most });
  const asked = { method: 'GET', headers, maxBytes: most, check: look, signal } as const;
  try {
    const answer = await ask(objects, key, asked);
    if (isGone(answer)) return undefined;
    // 416: it has no first byte.
    if (![200, 206, 416].includes(answer.status)) throw new Error(answered(answer));
    const object = toldBy(key, answer);
    const begin = answer.status === 416 ? new Uint8Array(0) : answer.bytes;
    requireBegin(object, begin, most, answer);
    return { object, begin };
  } catch (error) {
    if (error instanceof IsWhole) return { object: whole!, begin: new Uint8Array(0) };
    throw error;
  }
}

/** What an answer with the first bytes, or with all or none, tells of an object. */
function toldBy(key: string, head: HttpHead): StoredObject {
  const total = /\/(?<total>\d+)$/u.exec(head.headers['content-range'] ?? '')?.groups?.['total'];
  const size = head.status === 200 ? head.headers['content-length'] : total;
  const object = foundAs(key, head, size);
  if (object === undefined) throw new UntoldSize('the server does not tell its size');
  return object;
}

/** @throws {Error} When what came is not the begin of an object: the message is the reason. */
function requireBegin(
  object: StoredObject,
  { length }: Uint8Array,
  most: number,
  { status, headers }: HttpHead,
): void {
  const bytes = Math.min(most, object.bytes);
  if (length !== bytes) throw new Error(`its body has ${length} bytes instead of ${bytes}`);
  if (status !== 206 || headers['content-range']?.startsWith('bytes 0-') === true) return;
  const range = headers['content-range'];
  throw new Error(`the server answered with range \`${range}\` instead of 0-${bytes - 1}`);
}

function foundAs(key: string, head: HttpHead, size: string | undefined): StoredObject | undefined {
  const bytes = Number(size ?? 'unknown');
  return Number.isSafeInteger(bytes) ? { key, bytes, version: versionOf(head, bytes) } : undefined;
}
