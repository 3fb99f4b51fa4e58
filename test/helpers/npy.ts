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
