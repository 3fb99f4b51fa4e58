const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/**
 * Rounds numbers to IEEE 754 binary16, to nearest, ties to even; beyond ±65,504 they become infinite.
 *
 * @returns The bits, one number of 16 bits each.
 */
export function toFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint16Array(values.length);
  for (let at = 0; at < values.length; at += 1) bits[at] = bitsOfHalf(values[at]!);
  return bits;
}

/** Numbers that bits of binary16 stand for, exactly. */
export function fromFloat16(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length);
  for (let at = 0; at < bits.length; at += 1) values[at] = numberOfHalf(bits[at]!);
  return values;
}

function bitsOfHalf(value: number): number {
  scratch[0] = value;
  const bits = scratchBits[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fff_ffff;
  if (magnitude > 0x7f80_0000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x4780_0000) return sign | 0x7c00; // 65,536 and above
  // A subnormal half is a multiple of 2⁻²⁴: the product is exact, and only rounding is left.
  if (magnitude < 0x3880_0000) return sign | tiesToEven(Math.abs(value) * 2 ** 24);
  // The exponent changes its bias from 127 to 15; a carry out of the mantissa belongs to it.
  const half = (magnitude - 0x3800_0000) / 2 ** 13;
  return sign | tiesToEven(half);
}

function tiesToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return below + (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? 1 : 0);
}

function numberOfHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}
