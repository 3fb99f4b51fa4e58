import { counted, shownName } from '../../operators/message-words.ts';
import { numberBytes, type NumberType } from '../tables/vector-numbers.ts';

/** Type of the elements of an array of NumPy. */
export interface NpyType {
  readonly kind: 'number' | 'boolean' | 'unicode' | 'bytes';
  /** Of numbers. Booleans are `uint8`. */
  readonly number: NumberType;
  /** Bytes of an element. */
  readonly bytes: number;
  readonly isBigEndian: boolean;
  /** As NumPy calls it, such as `<f4`. */
  readonly name: string;
}

/** Header of an array of NumPy. */
export interface NpyHeader {
  readonly type: NpyType;
  /** Sizes, outermost first. */
  readonly shape: readonly number[];
  /** Columns lie together, not rows. */
  readonly isFortran: boolean;
  /** Place of the first element. */
  readonly dataAt: number;
}

/** First bytes of a `.npy` file. */
export const npyMagic = '\u0093NUMPY';

/** Longest header that is read: 1 MiB; NumPy itself refuses above 10,000 characters. */
const longestHeader = 2 ** 20;

/** Bytes before the header: magic, version, its length in two bytes, or in four from version 2 on. */
export const npyPrefixBytes = 12;

/** Bytes of the whole header, by the first `npyPrefixBytes`. @throws {Error} When it is none: the message is the reason. */
export function npyHeaderBytes(prefix: Uint8Array): number {
  const begin = Buffer.from(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  if (begin.length < 10 || begin.toString('latin1', 0, 6) !== npyMagic) {
    throw new Error('it does not begin as an array of NumPy does');
  }
  const version = begin[6]!;
  if (version < 1 || version > 3)
    throw new Error(`it has version ${version} of the format, and 1 to 3 are read`);
  if (version > 1 && begin.length < 12) throw new Error('it ends in its header');
  const length = version === 1 ? begin.readUInt16LE(8) : begin.readUInt32LE(8);
  if (length > longestHeader)
    throw new Error(`its header has ${counted(length, 'byte')}, and at most 1 MiB is read`);
  return (version === 1 ? 10 : 12) + length;
}

/**
 * Reads the header of an array.
 *
 * @param bytes As many as `npyHeaderBytes` says.
 * @throws {Error} When it is damaged, or of a type that is not read: the message is the reason.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function npyHeader(bytes: Uint8Array): NpyHeader {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = all.toString(all[6] === 3 ? 'utf8' : 'latin1', all[6] === 1 ? 10 : 12);
  const descr = /['"]descr['"]\s*:\s*(?:'([^']*)'|"([^"]*)"|(\[))/u.exec(text);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/u.exec(text);
  const shape = /['"]shape['"]\s*:\s*\(([\d\sL,]*)\)/u.exec(text);
  if (descr === null || order === null || shape === null) throw new Error('its header is damaged');
  if (descr[3] !== undefined)
    throw new Error(
      'its rows have named fields, which are not read: save the field of the vectors as an array',
    );
  return {
    type: typeOf(descr[1] ?? descr[2] ?? ''),
    isFortran: order[1] === 'True',
    shape: shapeOf(shape[1]!),
    dataAt: bytes.length,
  };
}

function shapeOf(text: string): readonly number[] {
  const parts = text.split(',').map((part) => part.trim().replace(/L$/u, ''));
  const sizes = parts.filter((part) => part !== '').map(Number);
  if (!sizes.every((size) => Number.isSafeInteger(size)))
    throw new Error('its header has a size that no array has');
  return sizes;
}

const numberTypes: Readonly<Record<string, NumberType>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  u1: 'uint8',
  i2: 'int16',
  u2: 'uint16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
  u8: 'uint64',
};

/** Longest text of an element, in bytes: 1 MiB. */
const longestText = 2 ** 20;

function typeOf(name: string): NpyType {
  const isBigEndian = name.startsWith('>');
  const plain = name.replace(/^[<>|=]/u, '');
  const number = numberTypes[plain];
  if (number !== undefined)
    return { kind: 'number', number, bytes: numberBytes[number], isBigEndian, name };
  if (plain === 'b1') return { kind: 'boolean', number: 'uint8', bytes: 1, isBigEndian, name };
  const text = /^(?<kind>[UaS])(?<length>\d{1,9})$/u.exec(plain);
  const bytes = Number(text?.groups?.['length']) * (plain.startsWith('U') ? 4 : 1);
  if (text !== null && bytes <= longestText) {
    return {
      kind: plain.startsWith('U') ? 'unicode' : 'bytes',
      number: 'uint8',
      bytes,
      isBigEndian,
      name,
    };
  }
  if (plain.startsWith('O')) {
    throw new Error(
      'it holds Python objects, pickled, which can run any program when they are read. Save vectors as ' +
        '`np.save(FILE, np.stack(rows).astype("float32"))`, and texts as `np.array(texts, dtype="U")`',
    );
  }
  throw new Error(
    `its elements are of the type ${shownName(name)}, which is not read: save them as \`float32\``,
  );
}
