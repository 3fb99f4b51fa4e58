/** A marker segment of a JPEG file; of a scan (`SOS`), with its entropy-coded data. */
export interface JpegSegment {
  /** Second byte of the marker, such as 0xda of SOS. */
  readonly marker: number;
  /** Bytes before the marker that belong to no segment; the fill bytes of a marker are none of them. */
  readonly extraneous: number;
  /** Position of the marker's 0xff. */
  readonly from: number;
  /** Parameters, without marker and length; a view of the file. Empty for markers that have none. */
  readonly parameters: Uint8Array;
  /** Position after the segment. */
  readonly end: number;
}

/** Markers, by the names of the standard. */
export const jpegMarkers = {
  baseline: 0xc0,
  extended: 0xc1,
  progressive: 0xc2,
  startOfImage: 0xd8,
  endOfImage: 0xd9,
  startOfScan: 0xda,
  app0: 0xe0,
  app14: 0xee,
} as const;

/**
 * Segments of a JPEG file after its SOI, up to EOI, or to where the file ends. Bytes that belong to no segment are
 * passed over and counted, as libjpeg does. Linear in the size of the file; nothing is copied.
 *
 * @see ITU-T T.81, annex B.
 */
export function* jpegSegments(bytes: Uint8Array): Generator<JpegSegment, void> {
  let at = 2;
  for (;;) {
    const code = markerAfter(bytes, at);
    if (code === undefined) return;
    const marker = bytes[code]!;
    const hasParameters = marker !== 0x01 && !(marker >= 0xd0 && marker <= 0xd9);
    const length = hasParameters ? (bytes[code + 1]! << 8) | bytes[code + 2]! : 0;
    const head = code + 1 + length;
    if (!(head <= bytes.length) || (hasParameters && length < 2)) return;
    const end = marker === jpegMarkers.startOfScan ? endOfScan(bytes, head) : head;
    const parameters = bytes.subarray(hasParameters ? code + 3 : head, head);
    yield { marker, extraneous: unused(bytes, at, code), from: code - 1, parameters, end };
    if (marker === jpegMarkers.endOfImage) return;
    at = end;
  }
}

/** Components of the frame: 1 grey, 3 colour, 4 CMYK; 0 when there is no frame header. */
export function jpegComponents(bytes: Uint8Array): number {
  return frameParameters(bytes)?.[5] ?? 0;
}

/** Bits of a value; 8 when there is no frame header. */
export function jpegBits(bytes: Uint8Array): number {
  return frameParameters(bytes)?.[0] ?? 8;
}

/** Shorter side of the frame, in pixels; 0 when there is no frame header, or it leaves the height open. */
export function jpegShorterSide(bytes: Uint8Array): number {
  const [, high = 0, low = 0, wide = 0, narrow = 0] = frameParameters(bytes) ?? [];
  return Math.min((high << 8) | low, (wide << 8) | narrow);
}

/** Tests whether an end-of-image marker stands anywhere behind the first scan; true of a file without one. */
export function hasEnd(bytes: Uint8Array): boolean {
  for (const { marker, from } of jpegSegments(bytes)) {
    if (marker !== jpegMarkers.startOfScan) continue;
    const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return file.includes(endOfImage, from);
  }
  return true;
}

const endOfImage = Buffer.of(0xff, jpegMarkers.endOfImage);

function frameParameters(bytes: Uint8Array): Uint8Array | undefined {
  for (const { marker, parameters } of jpegSegments(bytes)) {
    if (isFrame(marker)) return parameters;
    if (marker === jpegMarkers.startOfScan) return undefined;
  }
  return undefined;
}

/** Tests for a frame header: SOF0 to SOF15, without DHT, JPG and DAC that lie between them. */
export function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Position of the code of the next marker; undefined when there is none. */
function markerAfter(bytes: Uint8Array, from: number): number | undefined {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at)) {
    while (bytes[at] === 0xff) at += 1;
    if (at >= bytes.length) return undefined;
    if (bytes[at] !== 0) return at;
  }
  return undefined;
}

/** Bytes from `at` that are neither fill bytes nor the marker itself. */
function unused(bytes: Uint8Array, at: number, code: number): number {
  let before = code;
  while (before > at && bytes[before - 1] === 0xff) before -= 1;
  return before - at;
}

/** Position of the first marker after entropy-coded data, or of the end of the file. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    // A stuffed byte, a restart marker, or a fill byte before either.
    if (next === 0 || next === 0xff || (next! >= 0xd0 && next! <= 0xd7)) continue;
    return next === undefined ? bytes.length : at;
  }
  return bytes.length;
}
