import { crc32 } from 'node:zlib';
import type { LockHolder } from '../../operators/files/lock-holder.ts';
import { parseHolder } from '../../operators/files/lock-holder.ts';

/*
 * A pack: images one after the other, written by one process, only ever appended to.
 *
 *   8 bytes    magic, with the version of the format
 *   float64    limit: bytes that the pack never exceeds, its index included
 *   uint32     size of the holder
 *   uint32     CRC-32 of the three before and of the holder
 *   holder     JSON: the process that writes it
 *   records    of each image:
 *     uint32     magic
 *     16 bytes   key: the first half of a SHA-256
 *     uint32     size of the image
 *     uint32     CRC-32 of the image
 *     uint32     CRC-32 of the five before
 *     bytes      the image
 *
 * A pack that its process has finished has an index beside it, so that it need not be looked through:
 *
 *   8 bytes    magic
 *   float64    bytes of the pack that it covers
 *   rows       16 bytes key, uint32 first byte in the pack, uint32 size, uint32 CRC-32
 *   uint32     CRC-32 of all before
 *
 * Numbers are little-endian. Whatever is cut or damaged ends the pack there; the bytes of an image are checked by whoever
 * reads them.
 */

const packMagic = Buffer.from('SINCPAK1');
const indexMagic = Buffer.from('SINCPIX1');
const recordMagic = 0x5243_4153;

const fixedBytes = 24;
const mostHolder = 4096;

/** Size of what a key is cut to. */
export const keyBytes = 16;

/** Bytes before each image. */
export const recordBytes: number = keyBytes + 16;

const rowBytes = keyBytes + 12;

/** Bytes that an image takes in a pack and its index. */
export function takenBytes(image: number): number {
  return recordBytes + rowBytes + image;
}

/** Bytes of an index beside its rows. */
const indexFrame = 20;

/** Largest beginning of a pack, the frame of its index included. */
export const mostOverhead: number = fixedBytes + mostHolder + indexFrame;

/** Place of an image in a pack. */
export interface PackedPlace {
  readonly from: number;
  readonly bytes: number;
  readonly crc32: number;
}

/** An image of a pack, and its key. */
export interface PackedRow extends PackedPlace {
  /** `[16]` */
  readonly key: Uint8Array;
}

/** Beginning of a pack. */
export interface PackHead {
  readonly limit: number;
  readonly holder: LockHolder | undefined;
  /** First byte of the first record. */
  readonly from: number;
}

/** Bytes of the beginning of a pack. */
export function packHead(limit: number, holder: LockHolder): Buffer {
  const text = Buffer.from(JSON.stringify(holder));
  const head = Buffer.alloc(fixedBytes);
  packMagic.copy(head);
  head.writeDoubleLE(limit, 8);
  head.writeUInt32LE(text.length, 16);
  head.writeUInt32LE(crc32(text, crc32(head.subarray(0, 20))), 20);
  return Buffer.concat([head, text]);
}

/** Most bytes that the beginning of a pack takes. */
export const mostHead: number = fixedBytes + mostHolder;

/** Beginning of a pack from its first bytes; undefined when it is none. */
export function parsedHead(bytes: Buffer): PackHead | undefined {
  if (bytes.length < fixedBytes || !bytes.subarray(0, 8).equals(packMagic)) return undefined;
  const length = bytes.readUInt32LE(16);
  const holder = bytes.subarray(fixedBytes, fixedBytes + length);
  const sum = crc32(holder, crc32(bytes.subarray(0, 20)));
  if (length > mostHolder || holder.length < length) return undefined;
  if (sum !== bytes.readUInt32LE(20)) return undefined;
  const limit = bytes.readDoubleLE(8);
  return { limit, holder: parseHolder(holder.toString()), from: fixedBytes + length };
}

/** Bytes before an image. @param key `[16]` */
export function recordHead(key: Uint8Array, image: Uint8Array): Buffer {
  const head = Buffer.alloc(recordBytes);
  head.writeUInt32LE(recordMagic, 0);
  head.set(key, 4);
  head.writeUInt32LE(image.length, 4 + keyBytes);
  head.writeUInt32LE(crc32(image), 8 + keyBytes);
  head.writeUInt32LE(crc32(head.subarray(0, recordBytes - 4)), recordBytes - 4);
  return head;
}

/** Image behind these bytes; undefined when they are not those before one. @param at Their place in the pack. */
export function parsedRecord(head: Buffer, at: number): PackedRow | undefined {
  if (head.length < recordBytes || head.readUInt32LE(0) !== recordMagic) return undefined;
  const sum = crc32(head.subarray(0, recordBytes - 4));
  if (sum !== head.readUInt32LE(recordBytes - 4)) return undefined;
  return {
    key: Uint8Array.from(head.subarray(4, 4 + keyBytes)),
    from: at + recordBytes,
    bytes: head.readUInt32LE(4 + keyBytes),
    crc32: head.readUInt32LE(8 + keyBytes),
  };
}

/** Bytes of the index of a pack. @param covered Bytes of the pack that it covers. */
export function packIndex(rows: readonly PackedRow[], covered: number): Buffer {
  const index = Buffer.alloc(indexFrame + rows.length * rowBytes);
  indexMagic.copy(index);
  index.writeDoubleLE(covered, 8);
  for (const [at, { key, from, bytes, crc32: sum }] of rows.entries()) {
    const row = 16 + at * rowBytes;
    index.set(key, row);
    index.writeUInt32LE(from, row + keyBytes);
    index.writeUInt32LE(bytes, row + keyBytes + 4);
    index.writeUInt32LE(sum, row + keyBytes + 8);
  }
  index.writeUInt32LE(crc32(index.subarray(0, -4)), index.length - 4);
  return index;
}

/** Index of a pack, checked. */
export interface ParsedIndex {
  readonly covered: number;
  readonly rows: Iterable<PackedRow>;
}

/** Index of a pack of a size; undefined when it is damaged, or of another pack. */
export function parsedIndex(index: Buffer, size: number): ParsedIndex | undefined {
  if (index.length < indexFrame) return undefined;
  const count = (index.length - indexFrame) / rowBytes;
  if (!Number.isInteger(count)) return undefined;
  if (!index.subarray(0, 8).equals(indexMagic)) return undefined;
  if (crc32(index.subarray(0, -4)) !== index.readUInt32LE(index.length - 4)) return undefined;
  const covered = index.readDoubleLE(8);
  if (!(covered <= size)) return undefined;
  return { covered, rows: rowsOf(index, count, covered) };
}

function* rowsOf(index: Buffer, count: number, covered: number): Iterable<PackedRow> {
  for (let at = 0; at < count; at += 1) {
    const row = 16 + at * rowBytes;
    const from = index.readUInt32LE(row + keyBytes);
    const bytes = index.readUInt32LE(row + keyBytes + 4);
    if (from + bytes > covered) continue;
    const key = index.subarray(row, row + keyBytes);
    yield { key, from, bytes, crc32: index.readUInt32LE(row + keyBytes + 8) };
  }
}
