import { createHash } from 'node:crypto';
import { isSecretParameter } from '../../operators/shown-location.ts';

/** Text of a part of a URL; as it is where it is not encoded properly. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Key of a URL: its path as text, without the slash at its begin; a query that is no signature is told by its hash. */
export function keyOfUrl({ pathname, search, searchParams }: URL): string {
  const path = pathname.slice(1);
  // An encoded slash is no separator: such a path is its own key.
  const key = /%(?:2f|00)/iu.test(path) ? path : decoded(path);
  const told = [...searchParams].filter(([name]) => !isSecretParameter(name));
  if (search === '' || told.length === 0) return key;
  const hash = createHash('sha256').update(JSON.stringify(told)).digest('hex');
  return `${key}?[${hash.slice(0, 12)}]`;
}

/** Path of a key in a URL. @throws {Error} When it has half a character. */
export function pathOfKey(key: string): string {
  try {
    return encodeURI(key).replaceAll(/[?#]/gu, encodeURIComponent);
  } catch {
    throw new Error('its name is no text: it has half a character');
  }
}
