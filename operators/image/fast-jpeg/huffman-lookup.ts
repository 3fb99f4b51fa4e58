/** Bits of a code that are looked up at once. */
export const lookupBits = 9;

/** A Huffman table, laid out for reading. */
export interface HuffmanLookup {
  /** By the next `lookupBits` bits: length of the code times 256, and its symbol; 0 of a longer code, or none. */
  readonly short: Uint16Array;
  /** By length: one more than its last code, moved up to 16 bits; 0 when there is none. */
  readonly limits: Int32Array;
  /** By length: what a code and the place of its symbol differ by. */
  readonly offsets: Int32Array;
  /** Symbols in the order of their codes. */
  readonly symbols: Uint8Array;
}

/** Tables by what they code: the size of a constant part, or runs and sizes of the others. */
export type HuffmanKind = 'dc' | 'ac';

/** The tables that were last made, with their bytes: nearly all files have those of the standard. */
const made: Record<HuffmanKind, { readonly key: Uint8Array; readonly lookup: HuffmanLookup }[]> = {
  dc: [],
  ac: [],
};

const mostMade = 4;

/**
 * The lookup of a table of a DHT segment, of 16 counts and the symbols behind them.
 *
 * @returns Undefined when its codes do not fit into their lengths, or a symbol is none of an image of 8 bits.
 * @see ITU-T T.81, annexes C and F.1.2.
 */
export function huffmanLookup(
  bytes: Uint8Array,
  from: number,
  end: number,
  kind: HuffmanKind,
): HuffmanLookup | undefined {
  for (const { key, lookup } of made[kind]) if (isEqual(key, bytes, from, end)) return lookup;
  const key = bytes.slice(from, end);
  const lookup = newLookup(key, kind);
  if (lookup === undefined) return undefined;
  made[kind] = [{ key, lookup }, ...made[kind].slice(0, mostMade - 1)];
  return lookup;
}

function isEqual(key: Uint8Array, bytes: Uint8Array, from: number, end: number): boolean {
  if (key.length !== end - from) return false;
  for (let at = 0; at < key.length; at += 1) if (key[at] !== bytes[from + at]) return false;
  return true;
}

function newLookup(table: Uint8Array, kind: HuffmanKind): HuffmanLookup | undefined {
  const symbols = table.subarray(16);
  const short = new Uint16Array(1 << lookupBits);
  const limits = new Int32Array(17);
  const offsets = new Int32Array(17);
  let [code, place] = [0, 0];
  for (let length = 1; length <= 16; length += 1) {
    const end = code + table[length - 1]!;
    // The code of ones alone belongs to no symbol.
    if (end > code && end >= 1 << length) return undefined;
    offsets[length] = place - code;
    limits[length] = end > code ? end << (16 - length) : 0;
    for (; code < end; code += 1, place += 1) {
      const symbol = symbols[place]!;
      if (!isSymbol(symbol, kind)) return undefined;
      const spare = lookupBits - length;
      if (spare < 0) continue;
      short.fill((length << 8) | symbol, code << spare, (code + 1) << spare);
    }
    code <<= 1;
  }
  return { short, limits, offsets, symbols };
}

function isSymbol(symbol: number, kind: HuffmanKind): boolean {
  if (kind === 'dc') return symbol <= 11;
  const size = symbol & 15;
  return size === 0 ? symbol === 0 || symbol === 0xf0 : size <= 10;
}
