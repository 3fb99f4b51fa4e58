/*
 * Numbers of vectors: bytes of a file in, float32 out. Each is rounded once, to the nearest float32 and of two to the even
 * one, as IEEE 754 has it: what a program that holds the float64 or the integer would compute itself.
 */

/** Types of the numbers of a vector in a file, with their bytes. */
export const numberBytes = {
  float16: 2,
  float32: 4,
  float64: 8,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
} as const;

/** Type of the numbers of a vector in a file. */
export type NumberType = keyof typeof numberBytes;

/**
 * Writes numbers of a file, little-endian and at any byte, as float32.
 *
 * @param bytes Numbers one after the other, as many as fit.
 * @param out Where they go, from `at` on.
 */
export function putNumbers(
  type: NumberType,
  bytes: Uint8Array,
  out: Float32Array,
  at: number,
): void {
  if (type === 'float32') {
    new Uint8Array(out.buffer, out.byteOffset + 4 * at, bytes.length).set(bytes);
    return;
  }
  putArray(aligned(type, bytes), type, out, at);
}

/** Writes numbers as they lie in memory as float32. */
export function putArray(
  numbers: NumberArray,
  type: NumberType,
  out: Float32Array,
  at: number,
): void {
  if (type === 'float16') putHalves(numbers as Uint16Array, out, at);
  else if (numbers instanceof BigInt64Array || numbers instanceof BigUint64Array) {
    for (let one = 0; one < numbers.length; one += 1) out[at + one] = bigintNumber(numbers[one]!);
  } else out.set(numbers, at);
}

/** Numbers of a file in memory: float16 as their bits. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

const arrays = {
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
} as const satisfies Record<NumberType, unknown>;

/** A view of bytes as numbers, of a copy where they do not lie at a multiple of their size. */
export function aligned(type: NumberType, bytes: Uint8Array): NumberArray {
  const { [type]: width } = numberBytes;
  const own = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  return new arrays[type](own.buffer as ArrayBuffer, own.byteOffset, own.byteLength / width);
}

let halves: Float32Array | undefined;

/** Writes float16, by a table of all that there are: each is a float32. */
function putHalves(bits: Uint16Array, out: Float32Array, at: number): void {
  const values = (halves ??= Float32Array.from({ length: 2 ** 16 }, (_, half) => halfNumber(half)));
  for (let one = 0; one < bits.length; one += 1) out[at + one] = values[bits[one]!]!;
}

/** The number of a float16: a sign, 5 bits of exponent, 10 bits of fraction. */
function halfNumber(bits: number): number {
  const sign = bits & 0x80_00 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3_ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/**
 * A 64-bit integer as the float64 from which rounding to float32 gives what rounding the integer gives.
 *
 * Above 2^53 the lowest eleven bits do not fit: that one of them is set stays visible in the bit above them, which float32 does
 * not hold either (rounding to odd). Rounded to float64 first, a number could come to lie halfway between two float32.
 */
function bigintNumber(value: bigint): number {
  if (value >= -(2n ** 53n) && value <= 2n ** 53n) return Number(value);
  const rest = value & 0x7_ffn;
  return Number(rest === 0n ? value : (value - rest) | 0x8_00n);
}
