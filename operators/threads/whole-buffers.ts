/**
 * Transfer list: the buffers of arrays that fill them, to be handed over. A part of a larger buffer is not among
 * them, because the rest belongs to somebody else.
 */
export function wholeBuffers(...arrays: readonly (Float32Array | Int32Array)[]): ArrayBuffer[] {
  return arrays.flatMap(({ buffer, byteLength }) =>
    buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [],
  );
}
