import type { HttpHead } from './http-transport.ts';

/** Mark of a version that is a time of change. */
const modified = 'modified ';
/** Mark of a version that is nothing but a size. */
const sized = 'bytes ';
/** Mark of a weak ETag. */
const weakly = 'W/';

/**
 * Version of what an answer tells of: its ETag, else its time of change, else nothing but its size, each marked as what it
 * is.
 *
 * @param bytes Size of the whole object.
 */
export function versionOf({ headers }: HttpHead, bytes: number): string {
  const { etag, 'last-modified': time } = headers;
  if (etag !== undefined && etag !== '') return etag;
  return time === undefined ? `${sized}${bytes}` : `${modified}${time}`;
}

/** Whether a version is nothing but a size. */
export function isSizeAlone(version: string): boolean {
  return version.startsWith(sized);
}

/**
 * Whether objects of one version have the same bytes: not where it is unknown, a weak ETag, a time of change, which counts
 * in seconds, or nothing but a size. Versions of other stores than those over HTTP do.
 */
export function identifiesBytes(version: string): boolean {
  return version !== '' && ![weakly, modified, sized].some((mark) => version.startsWith(mark));
}

/** Headers that pin a request to a version: strong ETags alone can be asked for. */
export function pinHeaders(version: string): Readonly<Record<string, string>> {
  return /^"[\u0021\u0023-\u007E\u0080-\u00FF]*"$/u.test(version) ? { 'if-match': version } : {};
}

/**
 * Why an answer is not of a version; undefined when it is, and of a version that is nothing but a size, which the length of
 * the answer is compared with.
 */
export function otherVersion(version: string, { headers }: HttpHead): string | undefined {
  if (isSizeAlone(version)) return undefined;
  const isTime = version.startsWith(modified);
  const told = isTime ? headers['last-modified'] : headers.etag;
  if (told === undefined) return 'the server no longer tells which version of it this is';
  const is = isTime ? told === version.slice(modified.length) : weak(told) === weak(version);
  return is ? undefined : 'it has changed since it was listed';
}

/** A server that compresses for others makes a strong ETag a weak one, of the same content when it does not. */
function weak(etag: string): string {
  return etag.replace(/^W\//u, '');
}
