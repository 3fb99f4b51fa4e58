import { crc32, deflateRawSync } from 'node:zlib';

/** What an array of NumPy is written as. */
export interface NpyOptions {
  /** Type as NumPy calls it. @default `<f4` */
  readonly descr?: string;
  readonly shape: readonly number[];
  readonly isFortran?: boolean;
  /** @default 1 */
  readonly version?: 1 | 2 | 3;
}

/** Bytes of a `.npy` file, as NumPy writes it: the header padded to a multiple of 64. */
export function npyBytes(data: ArrayBufferView, options: NpyOptions): Buffer {
  const { descr = '<f4', shape, isFortran = false, version = 1 } = options;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': ${isFortran ? 'True' : 'False'}, 'shape': ${tuple}, }`;
  const before = version === 1 ? 10 : 12;
  const padded = text.padEnd(Math.ceil((before + text.length + 1) / 64) * 64 - before - 1) + '\n';
  const head = Buffer.alloc(before);
  head.write('\u0093NUMPY', 'latin1');
  head[6] = version;
  if (version === 1) head.writeUInt16LE(padded.length, 8);
  else head.writeUInt32LE(padded.length, 8);
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([head, Buffer.from(padded, 'latin1'), bytes]);
}

/** Texts as NumPy keeps them: UTF-32 of one length, ended by zeros. */
export function unicodeArray(texts: readonly string[]): {
  readonly data: Uint8Array;
  readonly descr: string;
} {
  const points = texts.map((text) => Array.from(text, (one) => one.codePointAt(0)!));
  const length = Math.max(1, ...points.map((one) => one.length));
  const data = new Uint32Array(texts.length * length);
  for (const [row, own] of points.entries()) data.set(own, row * length);
  return { data: new Uint8Array(data.buffer), descr: `<U${length}` };
}

/** A zip archive of members by their names, as `np.savez` and `np.savez_compressed` write it. */
export function zipBytes(
  members: Readonly<Record<string, Uint8Array>>,
  { isDeflated }: { readonly isDeflated: boolean },
): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const [name, bytes] of Object.entries(members)) {
    const stored = isDeflated ? deflateRawSync(bytes) : Buffer.from(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(isDeflated ? 8 : 0, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(stored.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    common.copy(entry, 6);
    entry.writeUInt32LE(at, 42);
    list.push(entry, Buffer.from(name));
    const own = [Buffer.from('PK\u0003\u0004', 'latin1'), common, Buffer.from(name), stored];
    parts.push(...own);
    at += own.reduce((sum, { length }) => sum + length, 0);
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(list.length / 2, 8);
  end.writeUInt16LE(list.length / 2, 10);
  end.writeUInt32LE(
    list.reduce((sum, { length }) => sum + length, 0),
    12,
  );
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...list, end]);
}
