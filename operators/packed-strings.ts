/** A read-only list of strings. */
export interface Strings extends Iterable<string> {
  readonly length: number;
  /** The string at `index`, an integer from 0 to `length - 1`. */
  at(index: number): string;
}

/** Strings as UTF-8 in one buffer. */
export interface PackedStrings extends Strings {
  /** All of them as UTF-8, one after the other. Borrowed. */
  readonly text: Uint8Array;
  /** `[length + 1]` First byte of each in `text`, and the end of the last. Borrowed. */
  readonly starts: Float64Array;
}

/**
 * Keeps strings as UTF-8 in one buffer: 8 bytes each beside their text, and nothing for the garbage
 * collector to visit, where an array of strings joined from parts takes several times as much.
 */
export function packedStrings(strings: readonly string[]): PackedStrings {
  return packedFrom(strings.length, (index) => strings[index]!);
}

/** Packs strings that are asked for twice each, in order. */
export function packedFrom(length: number, stringAt: (index: number) => string): PackedStrings {
  const starts = new Float64Array(length + 1);
  for (let index = 0; index < length; index += 1) {
    starts[index + 1] = starts[index]! + Buffer.byteLength(stringAt(index));
  }
  const text = Buffer.allocUnsafe(starts[length]!);
  for (let index = 0; index < length; index += 1) text.write(stringAt(index), starts[index]!);
  return stringsIn(text, starts);
}

/**
 * Strings that are packed already, such as those of a file.
 *
 * @param text UTF-8. Handed over.
 * @param starts `[strings + 1]` Ascending, from 0 to the size of `text`. Handed over.
 * @throws {RangeError} When they are not.
 */
export function stringsIn(text: Uint8Array, starts: Float64Array): PackedStrings {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  if (!areStarts(starts, bytes.length)) {
    throw new RangeError('Expected `starts` to ascend from 0 to the size of `text`');
  }
  return {
    length: starts.length - 1,
    at: (index) => bytes.toString('utf8', starts[index], starts[index + 1]),
    text: bytes,
    starts,
    *[Symbol.iterator]() {
      for (let index = 0; index < this.length; index += 1) yield this.at(index);
    },
  };
}

function areStarts(starts: Float64Array, end: number): boolean {
  if (starts[0] !== 0 || starts.at(-1) !== end) return false;
  for (let at = 1; at < starts.length; at += 1) {
    const start = starts[at]!;
    if (!Number.isInteger(start) || start < starts[at - 1]!) return false;
  }
  return true;
}
