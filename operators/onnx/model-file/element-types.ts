/** Element types of `onnx.proto` by their number: name, and bits of one element (0 where that varies). */
export const elementTypes: Readonly<Record<number, readonly [name: string, bits: number]>> = {
  1: ['float32', 32],
  2: ['uint8', 8],
  3: ['int8', 8],
  4: ['uint16', 16],
  5: ['int16', 16],
  6: ['int32', 32],
  7: ['int64', 64],
  8: ['string', 0],
  9: ['bool', 8],
  10: ['float16', 16],
  11: ['float64', 64],
  12: ['uint32', 32],
  13: ['uint64', 64],
  14: ['complex64', 64],
  15: ['complex128', 128],
  16: ['bfloat16', 16],
  17: ['float8e4m3fn', 8],
  18: ['float8e4m3fnuz', 8],
  19: ['float8e5m2', 8],
  20: ['float8e5m2fnuz', 8],
  21: ['uint4', 4],
  22: ['int4', 4],
  23: ['float4e2m1', 4],
  24: ['float8e8m0', 8],
  25: ['uint2', 2],
  26: ['int2', 2],
};

/** Bytes of a tensor; undefined when its type does not tell. */
export function tensorBytes(type: number, dims: readonly number[]): number | undefined {
  const [, bits = 0] = elementTypes[type] ?? [];
  if (bits === 0) return undefined;
  return Math.ceil((dims.reduce((product, size) => product * size, 1) * bits) / 8);
}
