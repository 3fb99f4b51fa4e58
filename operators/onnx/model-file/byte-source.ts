/** Bytes that are read where they are wanted: those of a file, or of memory. */
export interface ByteSource {
  /** Name in messages. */
  readonly path: string;
  readonly size: number;
  /** Bytes from `position`; fewer at the end. A view that holds until the next call. */
  bytes(position: number, length: number): Promise<Uint8Array>;
}

/** Bytes in memory as a source. */
export function bytesInMemory(bytes: Uint8Array, path: string): ByteSource {
  return {
    path,
    size: bytes.length,
    bytes: (position, length) => Promise.resolve(bytes.subarray(position, position + length)),
  };
}
