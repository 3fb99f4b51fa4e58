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
import { checkHead } from './check-head.ts';
import { mergedReads } from './merged-reads.ts';
import type { ByteRange, ObjectStore, StoredObject, StoreReadOptions } from './object-store.ts';
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
): Pick<ObjectStore, 'find' | 'read' | 'stream'> &
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
  return {
    read,
    async find(key, signal) {
      const found = await findObject(objects, key, signal);
      if (found !== undefined && isSizeAlone(found.version)) unpinned ??= objects.url(key);
      return found;
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
  const headers = rangeHeader({ from: 0, bytes: 1 });
  let whole: HttpHead | undefined;
  const check = (head: HttpHead): void => {
    if (head.status === 206) return;
    whole = head;
    throw new Error('it is all of it');
  };
  const asked = { method: 'GET', headers, maxBytes: 1, check, signal } as const;
  const answer = await ask(objects, key, asked).catch((error: unknown) => {
    if (whole === undefined) throw error;
    return { ...whole, bytes: new Uint8Array(0) };
  });
  if (isGone(answer)) return undefined;
  const total = /\/(?<total>\d+)$/u.exec(answer.headers['content-range'] ?? '')?.groups?.['total'];
  // 416: it has no first byte.
  const isFound = [200, 206, 416].includes(answer.status);
  const size = answer.status === 200 ? answer.headers['content-length'] : total;
  const found = isFound ? foundAs(key, answer, size) : undefined;
  if (found === undefined) {
    throw new Error(isFound ? 'the server does not tell its size' : answered(answer));
  }
  return found;
}

function foundAs(key: string, head: HttpHead, size: string | undefined): StoredObject | undefined {
  const bytes = Number(size ?? 'unknown');
  return Number.isSafeInteger(bytes) ? { key, bytes, version: versionOf(head, bytes) } : undefined;
}
