import type { HttpHead } from './http-transport.ts';

/**
 * Version of what an answer tells of: its ETag, else its time of change, marked as one; empty where it tells neither.
 */
export function versionOf({ headers }: HttpHead): string {
  const { etag } = headers;
  if (etag !== undefined && etag !== '') return etag;
  const modified = headers['last-modified'];
  return modified === undefined ? '' : `modified ${modified}`;
}

/** Headers that pin a request to a version: strong ETags alone can be asked for. */
export function pinHeaders(version: string): Readonly<Record<string, string>> {
  return /^"[\u0021\u0023-\u007E]*"$/u.test(version) ? { 'if-match': version } : {};
}

/** Whether an answer may be of a version; one of a server that tells no version may be. */
export function isOfVersion(version: string, head: HttpHead): boolean {
  if (version === '') return true;
  const { etag } = head.headers;
  if (version.startsWith('modified '))
    return versionOf({ ...head, headers: { ...head.headers, etag: undefined } }) === version;
  // Compressed on the way, a strong ETag is passed on as a weak one, of the same content once it is no longer.
  return etag === undefined ? false : weak(etag) === weak(version);
}

function weak(etag: string): string {
  return etag.replace(/^W\//u, '');
}
