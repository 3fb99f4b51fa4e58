import { ascii } from '../file-signature.ts';
import {
  isFrame,
  jpegComponents,
  jpegMarkers,
  type JpegSegment,
  jpegSegments,
} from './jpeg-segments.ts';
import type { RepairedFile } from './repaired-file.ts';
import { isWholeScan } from './whole-scan.ts';
import { counted } from '../message-words.ts';

/**
 * A JPEG that a strict decoder takes, of one that it does not though all pixels may be there; the scan data stays as it is.
 *
 * Put right are fields whose value the standard leaves no choice (spectral selection of a sequential scan, version of
 * JFIF), which needs no telling, and, told: bytes between segments, an unknown Adobe colour transform (taken as YCbCr or
 * YCCK, as libjpeg does), and a missing EOI where the scans cover every bit of every coefficient. Whether the last of
 * them is whole, `isWholeScan` says of a single scan, the strict decoder of several.
 *
 * @returns Undefined when there is nothing to put right.
 */
export function repairedJpeg(bytes: Uint8Array): RepairedFile | undefined {
  const components = jpegComponents(bytes);
  const pieces: Uint8Array[] = [bytes.subarray(0, 2)];
  const told: string[] = [];
  let [isChanged, extraneous, frame, last, scans] = [false, 0, 0, 0, 0];
  const coverage = new Map<number, Uint8Array>();
  for (const segment of jpegSegments(bytes)) {
    const piece = bytes.subarray(segment.from, segment.end);
    const { field, note } = fieldOf(segment, frame, components) ?? {};
    if (note !== undefined) told.push(note);
    pieces.push(field === undefined ? piece : withBytes(piece, field));
    if (isFrame(segment.marker)) frame = segment.marker;
    if (segment.marker === jpegMarkers.startOfScan) {
      scans += 1;
      cover(coverage, segment, frame);
    }
    isChanged ||= field !== undefined || segment.extraneous > 0;
    extraneous += segment.extraneous;
    last = segment.marker;
  }
  if (extraneous > 0) told.push(`it has ${counted(extraneous, 'extraneous byte')} before a marker`);
  if (last !== jpegMarkers.endOfImage) {
    const isSingle = frame !== jpegMarkers.progressive && scans === 1;
    if (!isCovered(coverage, components) || (isSingle && !isWholeScan(bytes))) return undefined;
    pieces.push(withEnd(pieces.pop()!));
    told.push('it has no end-of-image marker');
  } else if (!isChanged) return undefined;
  return { bytes: Buffer.concat(pieces), told };
}

/** Bytes to put into a segment, from this position on. */
interface Field {
  readonly at: number;
  readonly values: readonly number[];
}

/** The field of a segment that has to be put right, and what is to be told of it. */
function fieldOf(
  { marker, parameters }: JpegSegment,
  frame: number,
  components: number,
): { readonly field: Field; readonly note?: string } | undefined {
  // Behind marker and length.
  const from = 4;
  const text = ascii(parameters, 0, 5);
  if (marker === jpegMarkers.app0 && text === 'JFIF\0' && parameters[5] !== 1) {
    return { field: { at: from + 5, values: [1] } };
  }
  if (marker === jpegMarkers.app14 && text === 'Adobe' && parameters.length >= 12) {
    const usual = components === 4 ? 2 : 1;
    const transform = parameters[11]!;
    if (transform === 0 || transform === usual || components < 3) return undefined;
    const colours = components === 4 ? 'YCCK' : 'YCbCr';
    const note = `it has the unknown Adobe colour transform ${transform}, taken as ${colours}`;
    return { field: { at: from + 11, values: [usual] }, note };
  }
  const isSequential = frame === jpegMarkers.baseline || frame === jpegMarkers.extended;
  if (marker === jpegMarkers.startOfScan && isSequential) {
    const at = 1 + 2 * parameters[0]!;
    const [first, end, bits] = parameters.subarray(at);
    if (bits === undefined || (first === 0 && end === 63 && bits === 0)) return undefined;
    return { field: { at: from + at, values: [0, 63, 0] } };
  }
  return undefined;
}

function withBytes(piece: Uint8Array, { at, values }: Field): Uint8Array {
  const changed = Uint8Array.from(piece);
  changed.set(values, at);
  return changed;
}

/** The last scan with EOI behind it, in place of a marker that is cut in half. */
function withEnd(piece: Uint8Array): Uint8Array {
  const whole = piece.at(-1) === 0xff ? piece.subarray(0, -1) : piece;
  return Buffer.concat([whole, Buffer.from([0xff, jpegMarkers.endOfImage])]);
}

/** The bit that is missing of a coefficient that no scan has begun. */
const unseen = 255;

/** Notes which bits of which coefficients a scan holds. */
function cover(
  coverage: Map<number, Uint8Array>,
  { parameters }: JpegSegment,
  frame: number,
): void {
  const count = parameters[0]!;
  const [first = 0, end = 0, bits = 0] =
    frame === jpegMarkers.progressive ? parameters.subarray(1 + 2 * count) : [0, 63, 0];
  const isKnown = frame >= jpegMarkers.baseline && frame <= jpegMarkers.progressive;
  if (!isKnown) return;
  for (let at = 1; at < 1 + 2 * count; at += 2) {
    const id = parameters[at]!;
    const missing = coverage.get(id) ?? new Uint8Array(64).fill(unseen);
    missing.fill(bits & 15, first, end + 1);
    coverage.set(id, missing);
  }
}

/** Tests whether every coefficient of every component is there to its last bit. */
function isCovered(coverage: ReadonlyMap<number, Uint8Array>, components: number): boolean {
  const missing = [...coverage.values()];
  return (
    components > 0 &&
    missing.length === components &&
    missing.every((bits) => bits.every((bit) => bit === 0))
  );
}
