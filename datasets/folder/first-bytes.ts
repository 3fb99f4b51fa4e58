import fs from 'node:fs/promises';
import { readOnly } from '../store/read-file.ts';

/** The first bytes of a file, for a hint that hangs on them alone; none where it cannot be read, which is told later. */
export async function firstBytes(file: string, count: number): Promise<Uint8Array> {
  try {
    const handle = await fs.open(file, readOnly);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return new Uint8Array();
  }
}
