import type { Strings } from '../../operators/packed-strings.ts';

/**
 * The first of the rows with the same text: 4 bytes for two rows, where a map of a million texts takes some 100 MB.
 *
 * @param texts A text for each row.
 */
export function firstRows(texts: Strings): FirstRows {
  const size = 2 ** Math.ceil(Math.log2(2 * texts.length + 2));
  // Rows from 1; 0 is none.
  const table = new Uint32Array(size);
  const placeOf = (text: string): number => {
    let at = hashOf(text) & (size - 1);
    while (table[at] !== 0 && texts.at(table[at]! - 1) !== text) at = (at + 1) & (size - 1);
    return at;
  };
  return {
    add(row) {
      const at = placeOf(texts.at(row));
      if (table[at] === 0) table[at] = row + 1;
      return table[at]! - 1;
    },
    has: (row) => table[placeOf(texts.at(row))] !== 0,
  };
}

/** Rows that were added, by their texts. */
export interface FirstRows {
  /** Adds a row. @returns The first one that was added with its text: itself where there is none before. */
  add(row: number): number;
  /** Tests whether a row with the text of this one was added. */
  has(row: number): boolean;
}

/** FNV-1a over UTF-16 code units, finished so that its low bits depend on all of them. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
