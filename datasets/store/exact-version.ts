import { identifiesBytes } from '../http/pinned.ts';
import type { StoredObject } from './object-store.ts';

/**
 * The version of an object, where no other bytes can have it; undefined of one that a store tells a weak ETag, a time in
 * seconds or a size of, and of one that nobody looked up.
 */
export function exactVersion({ version }: Pick<StoredObject, 'version'>): string | undefined {
  return identifiesBytes(version) ? version : undefined;
}
