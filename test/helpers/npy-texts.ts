/** Texts of a `.npy` file of `<U`, by the description of the format alone. */
export function npyTexts(bytes: Buffer): string[] {
  const head = bytes.toString('latin1', 10, 10 + bytes.readUInt16LE(8));
  const width = Number(/'descr': '<U(\d+)'/u.exec(head)![1]);
  const rows = Number(/'shape': \((\d+),\)/u.exec(head)![1]);
  const at = 10 + head.length;
  return Array.from({ length: rows }, (_, row) => {
    const points = Array.from({ length: width }, (_one, place) =>
      bytes.readUInt32LE(at + 4 * (row * width + place)),
    );
    return String.fromCodePoint(...points).replace(/\0+$/u, '');
  });
}

/** Texts of an array in a `.npz` archive of stored members, found by its local headers. */
export function npzTexts(bytes: Buffer, name: string): string[] {
  const header = Buffer.from(`${name}.npy`);
  const at = bytes.indexOf(header);
  return npyTexts(bytes.subarray(at + header.length + bytes.readUInt16LE(at - 2)));
}
