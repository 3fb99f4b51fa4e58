import { digestBytes } from '../../image-content.ts';

/** Rows of one list of digests among those of another. */
export interface DigestMatches {
  /** `[rows]` int32: the first row of the other list that is equal, -1 for none. */
  readonly first: Int32Array;
  /** `[rows]` int32: rows of the other list that are equal. */
  readonly copies: Int32Array;
}

const words = digestBytes / 4;

/**
 * Hash join of digests: for each one the equal ones of another list. A digest of zeros is unknown and equals none.
 *
 * Open addressing with linear probing in a table that is at most half full. A SHA-256 is its own hash: its first word
 * says where to look, and all of it is compared. Linear in the rows; 12 to 20 bytes for each that is looked among.
 *
 * @param digests `[rows, 32]`. Borrowed. @param others `[otherRows, 32]`. Borrowed.
 */
export function digestMatches(digests: Uint8Array, others: Uint8Array): DigestMatches {
  const own = wordsOf(digests);
  const other = wordsOf(others);
  const rows = own.length / words;
  const otherRows = other.length / words;
  const mask = 2 ** Math.ceil(Math.log2(2 * otherRows + 2)) - 1;
  // Row + 1; 0 where there is none.
  const table = new Int32Array(mask + 1);
  const counts = new Int32Array(otherRows);
  const slotOf = (list: Uint32Array, row: number): number => {
    let slot = list[row * words]! & mask;
    while (table[slot] !== 0 && !isEqual(other, table[slot]! - 1, list, row)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  };
  for (let row = 0; row < otherRows; row += 1) {
    if (isUnknown(other, row)) continue;
    const slot = slotOf(other, row);
    if (table[slot] === 0) table[slot] = row + 1;
    counts[table[slot]! - 1]! += 1;
  }
  const first = Int32Array.from({ length: rows }, (_, row) =>
    isUnknown(own, row) ? -1 : table[slotOf(own, row)]! - 1,
  );
  return { first, copies: first.map((at) => (at < 0 ? 0 : counts[at]!)) };
}

/** `[rows]` 1 where the digest is known, 0 for zeros. */
export function knownDigests(digests: Uint8Array): Uint8Array {
  const own = wordsOf(digests);
  return Uint8Array.from({ length: own.length / words }, (_, row) => (isUnknown(own, row) ? 0 : 1));
}

/** The bytes as words; a copy of those that do not begin where a word can. */
function wordsOf(digests: Uint8Array): Uint32Array {
  const isAligned = digests.byteOffset % 4 === 0;
  const { buffer, byteOffset, byteLength } = isAligned ? digests : new Uint8Array(digests);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

function isUnknown(list: Uint32Array, row: number): boolean {
  for (let at = row * words; at < (row + 1) * words; at += 1) if (list[at] !== 0) return false;
  return true;
}

function isEqual(a: Uint32Array, rowA: number, b: Uint32Array, rowB: number): boolean {
  for (let at = 0; at < words; at += 1) {
    if (a[rowA * words + at] !== b[rowB * words + at]) return false;
  }
  return true;
}
