/** Strings, colons and ends of objects and lists. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:]/gu;

/**
 * A key that an object of a JSON text has twice, of which parsers keep the last one in silence; undefined where there is none.
 *
 * @param text JSON that was parsed.
 * @param value What came of it.
 */
export function repeatedKey(text: string, value: unknown): string | undefined {
  return colonsIn(text) === keysIn(value) ? undefined : firstRepeated(text);
}

/** Colons outside of strings: one for each key. */
function colonsIn(text: string): number {
  let colons = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 58) colons += 1;
    else if (code === 34) at = endOfString(text, at);
  }
  return colons;
}

/** The closing quote of the string that begins at `from`. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  for (; text.charCodeAt(at) !== 34 && at < text.length; at += 1) {
    if (text.charCodeAt(at) === 92) at += 1;
  }
  return at;
}

/** Keys of all objects in a value. Its depth is that of a line, so it is not walked by calls. */
function keysIn(value: unknown): number {
  const waiting = [value];
  let keys = 0;
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (typeof one !== 'object' || one === null) continue;
    const own = Object.values(one);
    if (!Array.isArray(one)) keys += own.length;
    for (const inner of own) if (typeof inner === 'object') waiting.push(inner);
  }
  return keys;
}

function firstRepeated(text: string): string | undefined {
  const open: Set<string>[] = [];
  let last = '';
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token !== ':') last = token;
    else {
      const key = JSON.parse(last) as string;
      if (open.at(-1)!.has(key)) return key;
      open.at(-1)!.add(key);
    }
  }
  return undefined;
}
