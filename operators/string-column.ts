import { type PackedStrings, type Strings, stringsIn } from './packed-strings.ts';

/** Strings that are added one by one. */
export interface StringColumn extends Strings {
  push(text: string): void;
  /** Negative, 0 or positive as the string at one place comes before, is, or comes behind that at another one. */
  compare(one: number, other: number): number;
  /** Places of all strings in ascending order. */
  order(): Uint32Array;
  /** The strings at some places, in that order, in a copy. */
  packed(order: Uint32Array): PackedStrings;
}

/** Bytes of a block of text; a longer string has one of its own. Places are numbers of blocks times this. */
const blockBytes = 2 ** 20;

/**
 * Keeps strings as UTF-8: 12 bytes each beside their text. A million strings of their own take several times as much, which
 * the garbage collector goes through again and again.
 *
 * Their order is that of UTF-16 code units, as sorting without a comparator has it. A text with half a character is kept with
 * U+FFFD in its place.
 */
export function stringColumn(): StringColumn {
  const blocks: Buffer[] = [];
  let places = new Float64Array(1024);
  let sizes = new Uint32Array(1024);
  let length = 0;
  let used = 0;
  /** Room for some bytes in the last block. */
  const room = (bytes: number): Buffer => {
    const last = blocks.at(-1);
    if (last !== undefined && used + bytes <= last.length) return last;
    // Few strings take little.
    const block = Buffer.allocUnsafe(Math.max(bytes, blocks.length === 0 ? 4096 : blockBytes));
    blocks.push(block);
    used = 0;
    return block;
  };
  const blockOf = (index: number): Buffer => blocks[Math.floor(places[index]! / blockBytes)]!;
  const compare = (one: number, other: number): number => {
    const [a, b] = [blockOf(one), blockOf(other)];
    const [from, to] = [places[one]! % blockBytes, places[other]! % blockBytes];
    const common = Math.min(sizes[one]!, sizes[other]!);
    for (let at = 0; at < common; at += 1) {
      const [x, y] = [a[from + at]!, b[to + at]!];
      if (x !== y) return weight(x) - weight(y);
    }
    return sizes[one]! - sizes[other]!;
  };
  return {
    get length() {
      return length;
    },
    push(text) {
      const bytes = Buffer.byteLength(text);
      const block = room(bytes);
      if (length === places.length) {
        places = grown(places, new Float64Array(2 * length));
        sizes = grown(sizes, new Uint32Array(2 * length));
      }
      places[length] = (blocks.length - 1) * blockBytes + used;
      sizes[length] = bytes;
      block.write(text, used);
      used += bytes;
      length += 1;
    },
    at(index) {
      const from = places[index]! % blockBytes;
      return blockOf(index).toString('utf8', from, from + sizes[index]!);
    },
    *[Symbol.iterator]() {
      for (let index = 0; index < length; index += 1) yield this.at(index);
    },
    compare,
    order() {
      const order = new Uint32Array(length);
      let isSorted = true;
      for (let at = 0; at < length; at += 1) {
        order[at] = at;
        isSorted &&= at === 0 || compare(at - 1, at) <= 0;
      }
      return isSorted ? order : order.sort(compare);
    },
    packed(order) {
      const starts = new Float64Array(order.length + 1);
      for (const [at, index] of order.entries()) starts[at + 1] = starts[at]! + sizes[index]!;
      const text = Buffer.allocUnsafe(starts[order.length]!);
      for (const [at, index] of order.entries()) {
        const from = places[index]! % blockBytes;
        blockOf(index).copy(text, starts[at], from, from + sizes[index]!);
      }
      return stringsIn(text, starts);
    },
  };
}

function grown<A extends Float64Array | Uint32Array>(values: A, larger: A): A {
  larger.set(values);
  return larger;
}

/**
 * Order of bytes of UTF-8 by the UTF-16 code units that they are of: characters above U+FFFF, which begin with a byte from
 * 0xF0, come before those from U+E000, which begin with 0xEE and 0xEF.
 */
function weight(byte: number): number {
  return byte < 0xee ? byte : byte < 0xf0 ? byte + 0x10 : byte - 2;
}
