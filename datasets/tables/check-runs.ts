/*
 * Parquet's encodings of numbers, walked without decoding them: how many numbers each run holds, and where it ends. The
 * decoder takes what a run says for true, and works through billions of numbers that nobody asked for.
 * See https://parquet.apache.org/docs/file-format/data-pages/encodings/
 */

/**
 * Checks runs of equal and of bit-packed numbers.
 *
 * @param end Offset behind the runs.
 * @param width Bits of each number, 1 or more.
 * @param count Numbers that there should be.
 * @throws {Error} When they hold others, or do not end before `end`.
 */
export function checkRuns(
  bytes: Uint8Array,
  from: number,
  end: number,
  width: number,
  count: number,
): void {
  if (width > 32 || from > end || end > bytes.length) throw damaged();
  const reader = { bytes, at: from, end };
  for (let seen = 0; seen < count;) {
    const header = varint(reader);
    const isPacked = header % 2 === 1;
    const numbers = Math.floor(header / 2) * (isPacked ? 8 : 1);
    // Bit-packed numbers are filled up, by DuckDB to 256: they take their bytes, which are looked for.
    if (numbers === 0 ? !isPacked && seen === 0 : !isPacked && numbers > count - seen) {
      throw damaged();
    }
    reader.at += isPacked ? Math.ceil((numbers * width) / 8) : Math.ceil(width / 8);
    seen += numbers;
    // Some writers cut the filling of the last group off.
    if (reader.at > end && !(isPacked && seen >= count && reader.at - end < width)) throw damaged();
  }
}

/**
 * Checks a block of delta-encoded numbers.
 *
 * @returns The offset behind it.
 * @throws {Error} When it holds other than `count` numbers, or does not end in these bytes.
 */
export function checkDeltas(bytes: Uint8Array, from: number, count: number): number {
  const reader = { bytes, at: from, end: bytes.length };
  const block = varint(reader);
  const parts = varint(reader);
  const total = varint(reader);
  varint(reader);
  const perPart = block / parts;
  const isLaidOut = block <= 2 ** 20 && parts >= 1 && perPart >= 8 && perPart % 8 === 0;
  if (!isLaidOut || total !== count) throw damaged();
  for (let seen = 1; seen < count;) {
    varint(reader);
    const widths = bytes.subarray(reader.at, reader.at + parts);
    reader.at += parts;
    for (let part = 0; part < parts && seen < count; part += 1) {
      const width = widths[part];
      if (width === undefined || width > 64) throw damaged();
      reader.at += (width * perPart) / 8;
      seen += perPart;
    }
    if (reader.at > bytes.length) throw damaged();
  }
  return reader.at;
}

function varint(reader: { readonly bytes: Uint8Array; at: number; readonly end: number }): number {
  let value = 0;
  for (let factor = 1, digits = 0; digits < 10; digits += 1, factor *= 128) {
    const byte = reader.bytes[reader.at];
    if (byte === undefined || reader.at >= reader.end) throw damaged();
    reader.at += 1;
    value += (byte & 127) * factor;
    if (byte < 128) return value;
  }
  throw damaged();
}

function damaged(): Error {
  return new Error('its encoded numbers are damaged');
}
