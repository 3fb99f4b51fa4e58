import fs from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { ImageLocation } from '../../operators/types.ts';
import { readOnly } from './read-file.ts';

/**
 * Reads a range of a local file and checks its CRC-32.
 *
 * @returns The bytes, which nobody else holds.
 * @throws {Error} When it cannot be read, ends before the range, or holds other bytes: the message is the reason.
 */
export async function readRange({ file, range }: Required<ImageLocation>): Promise<Uint8Array> {
  const bytes = new Uint8Array(range.bytes);
  const handle = await fs.open(file, readOnly);
  try {
    let read = 0;
    while (read < bytes.length) {
      const left = bytes.length - read;
      const { bytesRead } = await handle.read(bytes, read, left, range.from + read);
      if (bytesRead === 0) throw new Error('the file ends before it');
      read += bytesRead;
    }
  } finally {
    await handle.close();
  }
  if (crc32(bytes) !== range.crc32) throw new Error('its bytes have another CRC-32');
  return bytes;
}
