import { createHash } from 'node:crypto';
import type { VectorSet } from '../../evaluation/vectors/vector-set.ts';
import type { DriftGroup, DriftSides } from './drift-groups.ts';

/** Words of a sum of digests. */
const words = 4;

/**
 * Tests of each group whether both sides hold the same vectors, bit for bit, in whatever order.
 *
 * Digests of the rows are summed, modulo 2³² in each of four words: order does not matter, and other vectors have another
 * sum but for a chance of 2⁻¹²⁸. Nothing is read when no group has as many rows on both sides.
 *
 * @param groups All rows first, then classes.
 */
export async function sameVectors(
  sides: DriftSides,
  groups: readonly DriftGroup[],
): Promise<readonly boolean[]> {
  if (groups.every(({ oldRows, newRows }) => oldRows !== newRows)) return groups.map(() => false);
  const groupOf = new Map(groups.map((group, at) => [group.class, at]));
  const old = await digestSums(sides.old, groupOf);
  const fresh = await digestSums(sides.new, groupOf);
  return groups.map(({ oldRows, newRows }, at) => {
    const sumsOf = (sums: Uint32Array): string =>
      sums.subarray(at * words, (at + 1) * words).join();
    return oldRows === newRows && sumsOf(old) === sumsOf(fresh);
  });
}

async function digestSums(
  { dim, labels, classes, ...set }: VectorSet,
  groupOf: ReadonlyMap<string | null, number>,
): Promise<Uint32Array> {
  const sums = new Uint32Array(groupOf.size * words);
  for await (const { first, rows } of set.blocks()) {
    const bytes = new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
    for (let row = 0; row * dim < rows.length; row += 1) {
      const digest = createHash('sha256')
        .update(bytes.subarray(row * dim * 4, (row + 1) * dim * 4))
        .digest();
      const name = classes[labels[first + row]!];
      const group = name === undefined ? undefined : groupOf.get(name);
      for (const to of [0, group]) {
        if (to === undefined) continue;
        for (let at = 0; at < words; at += 1) {
          sums[to * words + at]! += digest.readUInt32LE(at * 4);
        }
      }
    }
  }
  return sums;
}
