import { type PackedStrings, packedStrings } from '../../operators/packed-strings.ts';
import type { StoredObject } from './object-store.ts';

/** A read-only list of objects: a million of them take the text of their keys and versions, and 24 bytes each. */
export interface StoredObjects {
  readonly length: number;
  /** The object at `index`, an integer from 0 to `length - 1`. */
  at(index: number): StoredObject;
  readonly keys: PackedStrings;
  readonly versions: PackedStrings;
  /** Size of each. */
  readonly bytes: Float64Array;
}

/** Packs a list of objects. */
export function storedObjects(objects: readonly StoredObject[]): StoredObjects {
  return objectsIn(
    packedStrings(objects.map(({ key }) => key)),
    packedStrings(objects.map(({ version }) => version)),
    Float64Array.from(objects, ({ bytes }) => bytes),
  );
}

/** A list of objects that is packed already. @throws {RangeError} When there are not as many of each. */
export function objectsIn(
  keys: PackedStrings,
  versions: PackedStrings,
  bytes: Float64Array,
): StoredObjects {
  if (keys.length !== bytes.length || versions.length !== bytes.length) {
    throw new RangeError('Expected as many keys and versions as sizes');
  }
  return {
    length: bytes.length,
    at: (index) => ({ key: keys.at(index), bytes: bytes[index]!, version: versions.at(index) }),
    keys,
    versions,
    bytes,
  };
}
