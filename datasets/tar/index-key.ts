import { createHash } from 'node:crypto';
import type { ObjectStore, StoredObject } from '../store/object-store.ts';

/** Version of the form in which indexes are kept. */
const indexForm = 2;

/** Key of what is kept of some kind: equal exactly when its parts are. */
export function keyOf(kind: string, parts: readonly (string | number | null)[]): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, indexForm, ...parts]))
    .digest('hex');
}

/** Parts of a key that identify an object in one version. */
export function identityOf(
  store: ObjectStore,
  { key, version, bytes }: StoredObject,
): (string | number)[] {
  return [store.url(key), version, bytes];
}
