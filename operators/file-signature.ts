/** Bytes of a file as Latin-1 text; shorter where the file ends. */
export function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

/** A test for the first bytes of a file. */
export function beginsWith(signature: readonly number[]): (bytes: Uint8Array) => boolean {
  return (bytes) => signature.every((value, at) => bytes[at] === value);
}
