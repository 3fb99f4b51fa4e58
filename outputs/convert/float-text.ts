const powers = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
const [zero, point, minus] = [48, 46, 45];
const digits = new Uint8Array(10);

/** Maximum length of the text of a float32, in bytes. */
export const float32TextBytes = 24;

/**
 * Shortest round-trip decimal of a float32, in JavaScript's notation: `0.1`, not `0.10000000149011612`.
 *
 * What reads back is the nearest float32 whether a reader parses to float32 at once or by way of a float64.
 */
export function float32Text(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return Object.is(value, -0) ? '-0' : '0';
  for (let precision = 1; precision < 9; precision += 1) {
    const rounded = Number(value.toPrecision(precision));
    if (readsBack(rounded, value)) return String(rounded);
  }
  // Nine digits tell any two float32 apart; NaN and infinity come as they are.
  return String(Number(value.toPrecision(9)));
}

/**
 * Writes `float32Text(value)` as ASCII at `at`, many times faster for the sizes that vectors hold.
 *
 * @param bytes With `float32TextBytes` of room there.
 * @returns Where the text ends.
 */
export function writeFloat32(bytes: Uint8Array, at: number, value: number): number {
  const size = Math.abs(value);
  if (!(size >= 1e-6 && size < 1e7)) return writeAscii(bytes, at, float32Text(value));
  const exponent = Math.floor(Math.log10(size));
  for (let precision = 6; precision <= 9; precision += 1) {
    const decimals = Math.max(0, precision - 1 - exponent);
    const scale = powers[decimals]!;
    const scaled = Math.round(size * scale);
    // One correctly rounded division of whole numbers: what a parser makes of the digits.
    if (scaled < 2 ** 31 && readsBack(scaled / scale, size)) {
      return writeDecimal(bytes, value < 0 ? writeByte(bytes, at, minus) : at, scaled, decimals);
    }
  }
  return writeAscii(bytes, at, float32Text(value));
}

/** Round-trip test: a decimal that is `rounded` as float64 is nearer to the float32 `value` than to any other. */
function readsBack(rounded: number, value: number): boolean {
  if (Math.fround(rounded) !== value) return false;
  // On the middle between two, the digits that float64 dropped would decide.
  const mirrored = 2 * rounded - value;
  return rounded === value || Math.fround(mirrored) !== mirrored;
}

/** Writes `whole / 10 ** decimals`, without zeros at the end. `whole` is above 0. */
function writeDecimal(bytes: Uint8Array, start: number, whole: number, decimals: number): number {
  let [left, places] = [whole | 0, decimals];
  while (places > 0 && left % 10 === 0) {
    left = (left / 10) | 0;
    places -= 1;
  }
  let count = 0;
  for (; left > 0; left = (left / 10) | 0) {
    digits[count] = left % 10;
    count += 1;
  }
  let at = start;
  if (count <= places) {
    at = writeByte(bytes, at, zero);
    at = writeByte(bytes, at, point);
    for (let gap = places - count; gap > 0; gap -= 1) at = writeByte(bytes, at, zero);
  }
  for (let digit = count - 1; digit >= 0; digit -= 1) {
    at = writeByte(bytes, at, zero + digits[digit]!);
    if (digit === places && places > 0) at = writeByte(bytes, at, point);
  }
  return at;
}

function writeByte(bytes: Uint8Array, at: number, byte: number): number {
  bytes[at] = byte;
  return at + 1;
}

function writeAscii(bytes: Uint8Array, start: number, text: string): number {
  for (let index = 0; index < text.length; index += 1)
    bytes[start + index] = text.charCodeAt(index);
  return start + text.length;
}
