import { createHash } from 'node:crypto';
import type { ByteRange, StoredObject } from '../store/object-store.ts';

/**
 * Key of a part of an object in one version: equal exactly when location, version, size and part are.
 *
 * @param url Location of the object, without credentials.
 * @param part The range, or what else names it, such as a row.
 * @throws {TypeError} When the version is unknown: bytes kept under such a key would be given for those of any version.
 */
export function contentKey(
  url: string,
  { version, bytes }: Pick<StoredObject, 'version' | 'bytes'>,
  part?: ByteRange | string,
): string {
  if (version === '') throw new TypeError(`Expected the version of \`${url}\` to be known`);
  const named = typeof part === 'object' ? [part.from, part.bytes] : (part ?? null);
  return createHash('sha256')
    .update(JSON.stringify([url, version, bytes, named]))
    .digest('hex');
}

/**
 * Key of the mark that some version of an object is kept: whoever knows no version looks it up only where there is one.
 *
 * @param url Location of the object, without credentials.
 */
export function anyVersionKey(url: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['any version', url]))
    .digest('hex');
}
