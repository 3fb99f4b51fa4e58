import path from 'node:path';
import { schemeOf } from '../../operators/location-scheme.ts';

/** A location below another one: a path, or a URL. */
export function pathBelow(location: string, ...names: readonly string[]): string {
  if (schemeOf(location) === null) return path.join(location, ...names);
  return [location.replace(/\/+$/u, ''), ...names].join('/');
}
