const plainNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu;
const infinite = /^(?<sign>[+-]?)inf(?:inity)?$/iu;

/** Longest text of a number. */
const longest = 1000;

/** Tests whether a text is a number, as CSV files have them: decimal, `inf` or `nan`. */
export function isNumberText(text: string): boolean {
  return (
    text.length <= longest &&
    (plainNumber.test(text) || infinite.test(text) || /^[+-]?nan$/iu.test(text))
  );
}

/**
 * The float32 that is nearest to a decimal number, of two the even one.
 *
 * Rounding to float64 first may land halfway between two float32 where the text does not: then its digits decide.
 *
 * @returns NaN for `nan`; undefined when it is no number.
 */
export function decimalFloat32(text: string): number | undefined {
  const double = Number(text);
  const isPlain = text.length > 0 && text.length <= longest && plainNumber.test(text);
  if (!isPlain) {
    if (!isNumberText(text)) return undefined;
    const sign = infinite.exec(text)?.groups?.['sign'];
    return sign === undefined ? Number.NaN : sign === '-' ? -Infinity : Infinity;
  }
  const nearest = Math.fround(double);
  if (nearest === double) return nearest;
  const [low, high] = around(nearest, double);
  // Exact: it has one bit more than they.
  if (double !== low + (high - low) / 2) return nearest;
  const side = compareWith(text, double);
  if (side === 0) return nearest;
  const found = side < 0 ? low : high;
  return Math.abs(found) >= 2 ** 128 ? Math.sign(found) * Infinity : found;
}

const single = new Float32Array(1);
const bits = new Int32Array(single.buffer);

/** The float32 on both sides of a number, 2^128 for infinity. */
function around(nearest: number, double: number): readonly [low: number, high: number] {
  const near = Number.isFinite(nearest) ? nearest : Math.sign(nearest) * 2 ** 128;
  const other = nextTowards(near, double);
  return near < other ? [near, other] : [other, near];
}

function nextTowards(from: number, to: number): number {
  if (Math.abs(from) === 2 ** 128) return Math.sign(from) * (2 ** 128 - 2 ** 104);
  if (from === 0) return Math.sign(to) * 2 ** -149;
  single[0] = from;
  bits[0]! += Math.abs(to) > Math.abs(from) ? 1 : -1;
  const [next = 0] = single;
  return Number.isFinite(next) ? next : Math.sign(from) * 2 ** 128;
}

/** Negative, 0 or positive as a decimal text is less than a float64, the same, or more. */
function compareWith(text: string, double: number): number {
  const [mantissa = '', exponentText = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/u, '').split('.');
  let digits = BigInt(whole + fraction);
  if (mantissa.startsWith('-')) digits = -digits;
  const exponent = Number(exponentText) - fraction.length;
  const [significand, power] = binaryOf(double);
  // digits * 10^exponent against significand * 2^power, both made whole.
  let left = digits;
  let right = significand;
  if (exponent >= 0) left *= 10n ** BigInt(exponent);
  else right *= 10n ** BigInt(-exponent);
  if (power >= 0) right <<= BigInt(power);
  else left <<= BigInt(-power);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A float64 as an integer times a power of 2. */
function binaryOf(double: number): readonly [bigint, number] {
  let value = double;
  let power = 0;
  while (!Number.isInteger(value)) {
    value *= 2;
    power -= 1;
  }
  return [BigInt(value), power];
}
