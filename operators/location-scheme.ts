import path from 'node:path';
import { shownLocation } from './shown-location.ts';

/** URI scheme of a location, the colon included, such as `synthetic:`; null for a path. */
export function schemeOf(location: string): string | null {
  // One letter before the colon is a drive of Windows.
  return /^[a-z][a-z0-9+.-]+:/i.exec(location)?.[0] ?? null;
}

/** A location that means the same in every working folder, as files have it: paths are absolute, URLs without secrets. */
export function absoluteLocation(location: string): string {
  return schemeOf(location) === null ? path.resolve(location) : shownLocation(location);
}
