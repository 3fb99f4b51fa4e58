import type { VectorSet } from '../vectors/vector-set.ts';
import { checkLength, lengthOfRow } from '../vectors/row-length.ts';

/** Some rows of a set, in memory. */
export interface QueryGroup {
  /** Position of the first. */
  readonly first: number;
  /** `[size, dim]` float32, in shared memory. Lent until the next group is asked for. */
  readonly rows: Float32Array;
}

/**
 * A set in groups of `size` rows, the last of what is left.
 *
 * Memory: one group.
 *
 * @throws {RangeError} When a row is not finite, or the set gives other rows than it says.
 */
export async function* queryGroups(set: VectorSet, size: number): AsyncGenerator<QueryGroup> {
  const { name, dim, count } = set;
  const group = new Float32Array(new SharedArrayBuffer(Math.min(size, count) * dim * 4));
  let seen = 0;
  for await (const block of set.blocks()) {
    for (let start = 0; start < block.rows.length; start += dim) {
      const row = block.rows.subarray(start, start + dim);
      if (seen === count) break;
      checkLength(lengthOfRow(row), name, seen);
      group.set(row, (seen % size) * dim);
      seen += 1;
      if (seen % size === 0) yield { first: seen - size, rows: group };
    }
  }
  if (seen !== count) {
    throw new RangeError(`Expected \`${name}\` to give its ${count} rows, got \`${seen}\``);
  }
  const rest = count % size;
  if (rest > 0) yield { first: count - rest, rows: group.subarray(0, rest * dim) };
}
