/**
 * Staging buffer for native code that does not read shared memory: copies what threads share, and passes on what they do
 * not.
 *
 * @returns A function whose results are valid until its next call.
 */
export function ownMemory(): <V extends Float32Array | Int32Array>(values: V) => V {
  let memory = new ArrayBuffer(0);
  return (values) => {
    if (!(values.buffer instanceof SharedArrayBuffer)) return values;
    // Kept from call to call: mapping so much memory anew takes longer than the copy.
    if (memory.byteLength < values.byteLength) memory = new ArrayBuffer(values.byteLength);
    const own = new (values.constructor as NumbersConstructor<typeof values>)(
      memory,
      0,
      values.length,
    );
    own.set(values);
    return own;
  };
}

type NumbersConstructor<V> = new (memory: ArrayBuffer, from: number, length: number) => V;
