import { messageOf, PipelineError } from '../../operators/errors.ts';
import { shownName } from '../../operators/message-words.ts';
import { httpClient, type HttpClientOptions } from '../http/http-client.ts';
import type { HttpAnswer, HttpTransport } from '../http/http-transport.ts';
import { answered } from '../http/server-error.ts';
import { type ListPage, readListPage } from '../s3/list-page.ts';
import { type S3Access, s3Access } from '../s3/s3-access.ts';
import { readS3Location } from '../s3/s3-address.ts';
import type { S3CredentialOptions } from '../s3/s3-credentials.ts';
import { type S3Asked, storeError } from '../s3/s3-failure.ts';
import { httpObjects } from './http-objects.ts';
import type { ObjectStore, Place, StoredObject } from './object-store.ts';

/** Longest page of a listing: 1,000 keys are at most 4 MB. */
const maxPageBytes = 2 ** 24;

/** Pages without an object, one after the other, that a listing may have. */
const maxEmptyPages = 1000;

/** Options of `s3Store`. */
export type S3StoreOptions = HttpClientOptions & S3CredentialOptions;

/**
 * Objects of a bucket of S3, or of a server that speaks as S3 does: keys are theirs.
 *
 * Found by the settings that AWS's own tools know, see `datasets/README.md`. Nothing is asked before the first reading.
 */
export function s3Store(bucket: string, options: S3StoreOptions = {}): ObjectStore {
  const name = `s3://${bucket}`;
  const access = s3Access(bucket, options);
  const transport = httpClient(options);
  const url = (key: string): string => `${name}/${key}`;
  const objects = httpObjects({
    transport,
    url,
    followsRedirects: false,
    sending: (key, method, headers) => access.sending({ key, method, headers }),
  });
  return {
    ...objects,
    name,
    isRemote: true,
    url,
    file: () => null,
    notes: () => regionNotes(name, access),
    list: (prefix, signal) => listObjects({ name, access, transport }, prefix, signal),
    readLatest: async (key, latest) =>
      isFolder(key) ? undefined : await objects.readLatest(key, latest),
    async find(key, signal) {
      if (isFolder(key)) return undefined;
      const found = await objects.find(key, signal);
      // Answers to look-ups have no body that tells of a bucket that is not there.
      return found ?? (await findNone(objects, key, signal));
    },
  };
}

/** A folder, which may have an object of its own, without bytes. */
function isFolder(key: string): boolean {
  return key === '' || key.endsWith('/');
}

/** Undefined of an object that is not there, unless the bucket is not. */
async function findNone(
  { read }: Pick<ObjectStore, 'read'>,
  key: string,
  signal: AbortSignal | undefined,
): Promise<undefined> {
  const range = { from: 0, bytes: 1 };
  try {
    await read({ key, bytes: -1, version: '' }, { range, signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof PipelineError) throw error;
  }
  return undefined;
}

function regionNotes(name: string, access: S3Access): readonly string[] {
  const region = access.foundRegion();
  if (region === undefined) return [];
  return [
    `\`${name}\` is in region \`${region}\`: it is asked there; \`AWS_REGION=${region}\` spares the detour`,
  ];
}

interface Listed {
  readonly name: string;
  readonly access: S3Access;
  readonly transport: HttpTransport;
}

/** Objects by pages, the next of which is on its way while one is handed out. */
async function* listObjects(
  listed: Listed,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncIterable<StoredObject> {
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const read = pageReader(listed, prefix, either);
  try {
    for (let coming: Promise<ListPage> | undefined = read(undefined); coming !== undefined;) {
      const { objects, next }: ListPage = await coming;
      coming = next === undefined ? undefined : read(next);
      // Whoever comes for it is told; until then it waits.
      coming?.catch(() => {});
      for (const object of objects) {
        if (object.bytes > 0 || !isFolder(object.key)) yield object;
      }
    }
  } finally {
    stop.abort();
  }
}

/** Reads page after page, and refuses one that cannot follow those before it. */
function pageReader(
  { name, access, transport }: Listed,
  prefix: string,
  signal: AbortSignal,
): (token: string | undefined) => Promise<ListPage> {
  let last = '';
  let empty = 0;
  const check = ({ objects, next }: ListPage, token: string | undefined): void => {
    for (const { key } of objects) {
      if (!key.startsWith(prefix)) {
        throw new Error(
          `its answer has ${shownName(key)}, which does not begin with ${shownName(prefix)}`,
        );
      }
      if (!isBefore(last, key)) {
        throw new Error(
          `its answer has ${shownName(key)} after ${shownName(last)}: keys have to ascend`,
        );
      }
      last = key;
    }
    empty = objects.length === 0 ? empty + 1 : 0;
    const isStuck = next !== undefined && (next === token || empty > maxEmptyPages);
    if (isStuck) throw new Error('its answer goes on for ever');
  };
  return async (token) => {
    const query = {
      'list-type': '2',
      'encoding-type': 'url',
      prefix,
      ...(token === undefined ? {} : { 'continuation-token': token }),
    };
    const sending = access.sending({ method: 'GET', query });
    const { make, again } = sending;
    const asked = { name: `${name}/${prefix}`, maxBytes: maxPageBytes, again, signal };
    try {
      const answer = await transport.send(make, asked);
      if (answer.status !== 200) throw notListed(sending.asked(), answer);
      const page = await readListPage(answer.bytes);
      check(page, token);
      return page;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PipelineError) throw error;
      throw storeError(sending.asked(), `it cannot be listed: ${messageOf(error)}`, error);
    }
  };
}

/** Order of UTF-8 bytes, in which S3 lists. */
function isBefore(one: string, other: string): boolean {
  // Below the surrogates, UTF-16 has the same.
  const isPlain = !/[^\0-\uD7FF]/u.test(one + other);
  return isPlain ? one < other : Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
}

function notListed(asked: S3Asked, answer: HttpAnswer): PipelineError {
  const isDenied = answer.status === 403;
  const way = isDenied ? '; listing needs the permission `s3:ListBucket`' : '';
  return storeError(asked, `${answered(answer)}${way}`);
}

const stores = new Map<string, ObjectStore>();

/**
 * The place of an `s3:` location. All places of one bucket are in one store, which bounds what it is asked.
 *
 * @throws {RangeError} When it names no bucket.
 */
export function s3Place(location: string): Place {
  const { bucket, key } = readS3Location(location);
  const store = stores.get(bucket) ?? s3Store(bucket);
  stores.set(bucket, store);
  return { name: location, store, key };
}
