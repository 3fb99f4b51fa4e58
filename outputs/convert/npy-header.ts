/**
 * Header of a `.npy` file, format version 1.0: as NumPy writes it, its length a multiple of 64.
 *
 * @param descr Type of the elements, such as `<f4`.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function npyHeader(descr: string, shape: readonly number[]): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const bytes = Math.ceil((headBytes + text.length + 1) / 64) * 64;
  const header = Buffer.alloc(bytes, ' ');
  header.write('\u0093NUMPY\u0001\u0000', 'latin1');
  header.writeUInt16LE(bytes - headBytes, 8);
  header.write(text, headBytes, 'latin1');
  header[bytes - 1] = 10;
  return header;
}

/** Magic string, version, and the length of what follows. */
const headBytes = 10;
