import { createHash } from 'node:crypto';
import { digestBytes } from '../../image-content.ts';
import type { VectorSet } from '../vectors/vector-set.ts';

/**
 * SHA-256 of the bits of each vector: `[rows, 32]`, zeros for a vector that says nothing, being all 0 or not finite.
 *
 * Equal for vectors that are equal bit for bit, and for no others.
 */
export async function vectorDigests(set: VectorSet): Promise<Uint8Array> {
  const digests = new Uint8Array(set.count * digestBytes);
  for await (const { first, rows } of set.blocks()) {
    const bytes = new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
    const length = 4 * set.dim;
    for (let row = 0; row * set.dim < rows.length; row += 1) {
      if (!saysSomething(rows.subarray(row * set.dim, (row + 1) * set.dim))) continue;
      const hash = createHash('sha256').update(bytes.subarray(row * length, (row + 1) * length));
      digests.set(hash.digest(), (first + row) * digestBytes);
    }
  }
  return digests;
}

function saysSomething(vector: Float32Array): boolean {
  let size = 0;
  for (const value of vector) size += Math.abs(value);
  return size > 0 && Number.isFinite(size);
}
