import { isUtf8 } from 'node:buffer';

/** A name whose bytes are not UTF-8, as text: such a byte is written as `\xE9`. */
export function escapedName(name: Buffer): string {
  let text = '';
  for (let at = 0; at < name.length;) {
    const size = [1, 2, 3, 4].find((bytes) => isUtf8(name.subarray(at, at + bytes)));
    text +=
      size === undefined
        ? String.raw`\x` + name[at]!.toString(16).toUpperCase().padStart(2, '0')
        : name.toString('utf8', at, at + size);
    at += size ?? 1;
  }
  return text;
}
