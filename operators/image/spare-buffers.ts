/**
 * Free list of buffers: memory that travels to and fro instead of being mapped anew for each batch. There are no more
 * pieces than requests that waited at the same time.
 */
export interface SpareBuffers {
  /** Memory for the pixels of images, if there is any; its length is whatever the last ones took. */
  bytes(): Uint8Array<ArrayBuffer> | undefined;
  /** Memory for inputs, if there is any. */
  inputs(): Float32Array<ArrayBuffer> | undefined;
  keepBytes(bytes: Uint8Array<ArrayBuffer>): void;
  /** Keeps inputs that fill their buffer; the rest of a larger one belongs to somebody else. */
  keepInputs(inputs: Float32Array): void;
}

export function spareBuffers(): SpareBuffers {
  const spareBytes: Uint8Array<ArrayBuffer>[] = [];
  const spareInputs: Float32Array<ArrayBuffer>[] = [];
  return {
    bytes: () => spareBytes.pop(),
    inputs: () => spareInputs.pop(),
    keepBytes: (bytes) => void spareBytes.push(bytes),
    keepInputs(inputs) {
      const { buffer, byteLength } = inputs;
      if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== byteLength) return;
      // Those of another length belong to a batch of another size, such as the last.
      if (spareInputs.some(({ length }) => length !== inputs.length)) spareInputs.length = 0;
      spareInputs.push(new Float32Array(buffer));
    },
  };
}
