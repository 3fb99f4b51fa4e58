import { PipelineError } from '../../operators/errors.ts';
import { answered } from '../http/server-error.ts';
import type {
  HttpAnswer,
  HttpHead,
  HttpRequest,
  HttpTransport,
  MakeRequest,
  SendOptions,
} from '../http/http-transport.ts';
import { isOfVersion, pinHeaders, versionOf } from '../http/pinned.ts';
import type { ByteRange, ObjectStore, StoredObject, StoreReadOptions } from './object-store.ts';

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

/** Pieces in which an object is passed over, two of them in memory at once: 4 MiB. */
const pieceBytes = 2 ** 22;

/** Longest body of an object of unknown size: 256 MiB. */
const maxUnknownBytes = 2 ** 28;

/** What stores over HTTP have in common: finding, reading and streaming of objects. */
export function httpObjects(objects: HttpObjects): Pick<ObjectStore, 'find' | 'read' | 'stream'> {
  const read = async (object: StoredObject, options: StoreReadOptions = {}): Promise<Uint8Array> =>
    await readObject(objects, object, options);
  return {
    read,
    find: async (key, signal) => await findObject(objects, key, signal),
    stream: (object, options = {}) => streamPieces(read, object, options),
  };
}

async function ask(
  objects: HttpObjects,
  key: string,
  asked: {
    readonly method: HttpRequest['method'];
    readonly headers: Readonly<Record<string, string>>;
    readonly maxBytes: number;
    readonly check?: (head: HttpHead) => void;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<HttpAnswer> {
  const { method, headers, ...rest } = asked;
  const { make, again } = objects.sending(key, method, headers);
  const { followsRedirects } = objects;
  return await objects.transport.send(make, {
    ...rest,
    name: objects.url(key),
    followsRedirects,
    again,
  });
}

async function readObject(
  objects: HttpObjects,
  object: StoredObject,
  { range, signal }: StoreReadOptions,
): Promise<Uint8Array> {
  const { key, version } = object;
  const maxBytes = range?.bytes ?? (object.bytes >= 0 ? object.bytes : maxUnknownBytes);
  const headers = { ...pinHeaders(version), ...(range === undefined ? {} : rangeHeader(range)) };
  const check = (head: HttpHead): void => checkHead(object, range, head);
  const answer = await ask(objects, key, { method: 'GET', headers, maxBytes, check, signal });
  if (answer.status !== 200 && answer.status !== 206) throw refused(answer);
  const { length } = answer.bytes;
  const expected = range?.bytes ?? object.bytes;
  if (expected >= 0 && length !== expected) {
    throw new Error(`its body has ${length} bytes instead of ${expected}`);
  }
  return answer.bytes;
}

function rangeHeader({ from, bytes }: ByteRange): Readonly<Record<string, string>> {
  return { range: `bytes=${from}-${from + bytes - 1}` };
}

/** Refuses an answer that is not what was asked for, before its body comes. */
function checkHead(object: StoredObject, range: ByteRange | undefined, head: HttpHead): void {
  const { status, headers } = head;
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    throw new Error(`the server sent it encoded as ${encoding}, though it was asked not to`);
  }
  if (range === undefined) checkWhole(object, head);
  else if (status !== 206) {
    throw new Error(`the server answered ${status} with all of it for a range: it knows no ranges`);
  } else checkRange(object, range, headers['content-range']);
  if (!isOfVersion(object.version, head)) throw changed();
}

function checkWhole({ bytes }: StoredObject, { status, headers }: HttpHead): void {
  if (status !== 200) throw new Error(`the server answered ${status} instead of 200`);
  const length = headers['content-length'];
  if (bytes >= 0 && length !== undefined && Number(length) !== bytes) throw changed();
}

function checkRange(object: StoredObject, range: ByteRange, came: string | undefined): void {
  const last = range.from + range.bytes - 1;
  const parts = /^bytes (?<from>\d+)-(?<last>\d+)\/(?<total>\d+|\*)$/u.exec(came ?? '')?.groups;
  if (Number(parts?.['from']) !== range.from || Number(parts?.['last']) !== last) {
    throw new Error(
      `the server answered with range \`${came ?? 'none'}\` instead of ${range.from}-${last}`,
    );
  }
  const total = parts?.['total'];
  if (object.bytes >= 0 && total !== '*' && Number(total) !== object.bytes) throw changed();
}

function changed(): Error {
  return new Error('it has changed since it was listed');
}

/** Why a server did not give an object. */
function refused(answer: HttpAnswer): Error {
  const { status } = answer;
  if (status === 404 || status === 410) return new Error('it is gone');
  if (status === 412) return changed();
  if (status === 416) return new Error('it has changed since it was listed: it ends before');
  return new Error(answered(answer));
}

async function findObject(
  objects: HttpObjects,
  key: string,
  signal: AbortSignal | undefined,
): Promise<StoredObject | undefined> {
  const head = await ask(objects, key, { method: 'HEAD', headers: {}, maxBytes: 0, signal });
  if (head.status === 404 || head.status === 410) return undefined;
  const bytes = Number(head.headers['content-length'] ?? 'none');
  if (head.status === 200 && Number.isSafeInteger(bytes)) {
    return { key, bytes, version: versionOf(head) };
  }
  // Presigned URLs are signed for one method, and some servers tell no length at HEAD.
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
    throw new Error('it knows no ranges');
  };
  const asked = { method: 'GET', headers, maxBytes: 1, check, signal } as const;
  const answer: HttpHead = await ask(objects, key, asked).catch((error: unknown) => {
    if (whole === undefined) throw error;
    return whole;
  });
  if (answer.status === 404 || answer.status === 410) return undefined;
  const total =
    answer.status === 200
      ? answer.headers['content-length']
      : /\/(?<total>\d+)$/u.exec(answer.headers['content-range'] ?? '')?.groups?.['total'];
  const bytes = Number(total ?? 'none');
  if ([200, 206, 416].includes(answer.status) && Number.isSafeInteger(bytes)) {
    return { key, bytes, version: versionOf(answer) };
  }
  const url = objects.url(key);
  const why =
    answer.status < 300
      ? 'the server does not tell its size'
      : answered({ bytes: new Uint8Array(0), ...answer });
  throw new PipelineError('ERR_DATASET', `Could not open \`${url}\`: ${why}`, { path: url });
}

/** Passes over an object by ranges, the next of which is on its way meanwhile. */
async function* streamPieces(
  read: (object: StoredObject, options: StoreReadOptions) => Promise<Uint8Array>,
  object: StoredObject,
  { range, signal }: StoreReadOptions,
): AsyncIterable<Uint8Array> {
  const { from, bytes } = range ?? { from: 0, bytes: object.bytes };
  const end = from + bytes;
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const piece = (at: number): Promise<Uint8Array> | undefined => {
    if (at >= end) return undefined;
    const part = { from: at, bytes: Math.min(pieceBytes, end - at) };
    const isAll = part.from === 0 && part.bytes === object.bytes;
    const reading = read(object, { range: isAll ? undefined : part, signal: either });
    // Whoever comes for it is told; until then it waits.
    reading.catch(() => {});
    return reading;
  };
  try {
    let next = piece(from);
    for (let at = from; next !== undefined; at += pieceBytes) {
      const came = await next;
      next = piece(at + pieceBytes);
      yield came;
    }
  } finally {
    stop.abort();
  }
}
