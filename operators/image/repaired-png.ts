import zlib from 'node:zlib';
import { ascii } from '../file-signature.ts';
import type { RepairedFile } from './repaired-file.ts';

/**
 * A PNG with an end, of one that is cut behind its last row: the rows are unpacked and packed again.
 *
 * @returns Undefined when it is not cut, rows are missing, or a sum is wrong.
 * @see W3C, PNG (third edition), sections 5 and 8.
 */
export function repairedPng(bytes: Uint8Array): RepairedFile | undefined {
  const { head, packed, isCut } = chunksOf(bytes);
  if (!isCut || head === undefined || packed.length === 0) return undefined;
  const length = packedLength(bytes);
  let rows: Uint8Array;
  try {
    const finishFlush = zlib.constants.Z_SYNC_FLUSH;
    rows = zlib.inflateSync(Buffer.concat(packed), {
      finishFlush,
      maxOutputLength: length + 65_536,
    });
  } catch {
    // Damaged, or larger than its header says: then the first reason stands.
    return undefined;
  }
  if (rows.length < length) return undefined;
  const data = zlib.deflateSync(rows.subarray(0, length), { level: 1 });
  return {
    bytes: Buffer.concat([head, chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]),
    told: ['it ends behind its last row, without its end'],
  };
}

/** What stands before the pixels, the packed pixels, and whether the file ends within them. */
function chunksOf(bytes: Uint8Array): {
  readonly head: Uint8Array | undefined;
  readonly packed: readonly Uint8Array[];
  readonly isCut: boolean;
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packed: Uint8Array[] = [];
  let head: Uint8Array | undefined;
  let at = 8;
  while (at + 8 <= bytes.length) {
    const end = at + 8 + view.getUint32(at);
    const type = ascii(bytes, at + 4, at + 8);
    if (type === 'IDAT') {
      head ??= bytes.subarray(0, at);
      packed.push(bytes.subarray(at + 8, Math.min(end, bytes.length)));
      const isWhole = end + 4 <= bytes.length;
      const sum = isWhole ? view.getUint32(end) : undefined;
      if (sum !== undefined && sum !== zlib.crc32(bytes.subarray(at + 4, end))) break;
      if (!isWhole) return { head, packed, isCut: true };
    } else if (packed.length > 0) break;
    at = end + 4;
  }
  return { head, packed, isCut: at + 8 > bytes.length };
}

/** Bytes of all rows unpacked, each with its filter before it; interlaced ones come in seven passes. */
function packedLength(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, kind, interlaced] = [bytes[24]!, bytes[25]!, bytes[28] === 1];
  const samples = { 2: 3, 4: 2, 6: 4 }[kind] ?? 1;
  const rowsOf = (across: number, down: number): number =>
    across === 0 ? 0 : down * (1 + Math.ceil((across * samples * depth) / 8));
  if (!interlaced) return rowsOf(width, height);
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ] as const;
  const steps = (size: number, first: number, step: number): number =>
    Math.max(0, Math.ceil((size - first) / step));
  return passes.reduce(
    (sum, [x, y, dx, dy]) => sum + rowsOf(steps(width, x, dx), steps(height, y, dy)),
    0,
  );
}

function chunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(data.length);
  named.copy(whole, 4);
  whole.writeUInt32BE(zlib.crc32(named), named.length + 4);
  return whole;
}
