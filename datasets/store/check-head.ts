import type { HttpHead } from '../http/http-transport.ts';
import { otherVersion } from '../http/pinned.ts';
import type { ByteRange, StoredObject } from './object-store.ts';

/** Errors of servers that know no ranges. */
const rangeless = new WeakSet<Error>();

/** Whether a reading failed because the server knows no ranges. */
export function isRangeless(error: unknown): boolean {
  return error instanceof Error && rangeless.has(error);
}

/**
 * Refuses an answer that is not what was asked for, before its body comes.
 *
 * @throws {Error} The message is the reason.
 */
export function checkHead(
  object: StoredObject,
  range: ByteRange | undefined,
  head: HttpHead,
): void {
  const { status, headers } = head;
  requirePlain(head);
  if (range === undefined) checkWhole(object, head);
  else if (status === 206) checkRange(object, range, headers['content-range']);
  else throw withoutRanges(status);
  const other = otherVersion(object.version, head);
  if (other !== undefined) throw new Error(other);
}

/** @throws {Error} When a body is encoded, and its length and ranges are not those of the object. */
export function requirePlain({ headers }: HttpHead): void {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() === 'identity') return;
  throw new Error(`the server sent it encoded as ${encoding}, though it was asked not to`);
}

function withoutRanges(status: number): Error {
  const error = new Error(
    `the server answered ${status} with all of it for a part: it knows no ranges. Read it from a server that does, or from a disk`,
  );
  rangeless.add(error);
  return error;
}

function checkWhole({ bytes }: StoredObject, { status, headers }: HttpHead): void {
  if (status !== 200) throw new Error(`the server answered ${status} instead of 200`);
  const length = headers['content-length'];
  if (length !== undefined && Number(length) !== bytes) throw resized(bytes, length);
}

function checkRange({ bytes }: StoredObject, range: ByteRange, came = 'none'): void {
  const last = range.from + range.bytes - 1;
  const parts = /^bytes (?<from>\d+)-(?<last>\d+)\/(?<total>\d+|\*)$/u.exec(came)?.groups;
  const total = parts?.['total'];
  if (total !== undefined && total !== '*' && Number(total) !== bytes) throw resized(bytes, total);
  if (Number(parts?.['from']) === range.from && Number(parts?.['last']) === last) return;
  throw new Error(`the server answered with range \`${came}\` instead of ${range.from}-${last}`);
}

function resized(bytes: number, now: string): Error {
  return new Error(`it has changed since it was listed: it had ${bytes} bytes, and has ${now}`);
}
