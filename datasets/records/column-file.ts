import fs, { type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { readOnly } from '../store/read-file.ts';

/*
 * A file of named columns of bytes, each with its CRC-32:
 *
 *   8 bytes    magic, with the version of the format
 *   uint32     size of the header, uint32 its CRC-32
 *   header     JSON: [[name, bytes, crc32], …]
 *   columns    one after the other, each from a multiple of 8
 *
 * Numbers are little-endian, as the arrays in memory are on every machine that Node runs on.
 */

const magic = Buffer.from('SINCOLS1');

/** Bytes before the header. */
const fixedBytes = magic.length + 8;

/** Largest header that is believed. */
const mostHeader = 2 ** 20;

/** Columns of a file, by name. */
export type Columns = ReadonlyMap<string, Uint8Array>;

/** Bytes of a file of columns, in pieces. The columns are borrowed: the pieces hold until they change. */
export function columnFile(columns: Columns): readonly Uint8Array[] {
  const rows = Array.from(columns, ([name, bytes]) => [name, bytes.length, crc32(bytes)]);
  const header = Buffer.from(JSON.stringify(rows));
  const fixed = Buffer.alloc(fixedBytes);
  magic.copy(fixed);
  fixed.writeUInt32LE(header.length, 8);
  fixed.writeUInt32LE(crc32(header), 12);
  const pieces = [fixed, header, padding(fixed.length + header.length)];
  for (const bytes of columns.values()) pieces.push(toBuffer(bytes), padding(bytes.length));
  return pieces;
}

/**
 * Reads a file of columns, each into memory of its own.
 *
 * @returns Undefined when it is damaged or of another format.
 * @throws The error of the system when it cannot be opened or read.
 */
export async function readColumnFile(file: string): Promise<Columns | undefined> {
  const handle = await fs.open(file, readOnly);
  try {
    const stat = await handle.stat();
    return stat.isFile() ? await columnsOf(handle, stat.size) : undefined;
  } finally {
    await handle.close();
  }
}

async function columnsOf(handle: FileHandle, size: number): Promise<Columns | undefined> {
  const fixed = await exactly(handle, 0, fixedBytes, size);
  if (fixed === undefined || !fixed.subarray(0, 8).equals(magic)) return undefined;
  const length = fixed.readUInt32LE(8);
  if (length > mostHeader) return undefined;
  const header = await exactly(handle, fixedBytes, length, size);
  if (header === undefined || crc32(header) !== fixed.readUInt32LE(12)) return undefined;
  const columns = new Map<string, Uint8Array>();
  let at = aligned(fixedBytes + length);
  // Its sum is right: these are the rows that were written.
  for (const [name, bytes, sum] of JSON.parse(header.toString()) as [string, number, number][]) {
    const read = await exactly(handle, at, bytes, size);
    if (read === undefined || crc32(read) !== sum) return undefined;
    columns.set(name, read);
    at = aligned(at + bytes);
  }
  return columns;
}

/** Bytes at a place, in memory of their own; undefined where the file ends before. */
async function exactly(
  handle: FileHandle,
  from: number,
  bytes: number,
  size: number,
): Promise<Buffer | undefined> {
  // Looked at before memory is taken for it.
  if (!Number.isSafeInteger(bytes) || bytes < 0 || from + bytes > size) return undefined;
  const read = Buffer.from(new ArrayBuffer(bytes));
  let length = 0;
  while (length < bytes) {
    const most = Math.min(2 ** 30, bytes - length);
    const { bytesRead } = await handle.read(read, length, most, from + length);
    if (bytesRead === 0) return undefined;
    length += bytesRead;
  }
  return read;
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function padding(bytes: number): Buffer {
  return Buffer.alloc(aligned(bytes) - bytes);
}
