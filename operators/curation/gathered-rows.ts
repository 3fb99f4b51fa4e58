import { checkedBlocks } from '../evaluation/vectors/checked-blocks.ts';
import type { VectorSet } from '../evaluation/vectors/vector-set.ts';

/**
 * Copies rows of a set to where they are wanted, in one pass over it.
 *
 * @param positions `[wanted]` row of the set, in any order, the same one perhaps several times.
 * @param places `[wanted]` row of `out`.
 * @param out `[rows, dim]` float32.
 */
export async function gatherRows(
  set: VectorSet,
  positions: Int32Array,
  places: Int32Array,
  out: Float32Array,
): Promise<void> {
  const { dim } = set;
  const order = Uint32Array.from(positions.keys());
  order.sort((a, b) => positions[a]! - positions[b]!);
  let next = 0;
  for await (const { first, rows } of checkedBlocks(set)) {
    const end = first + rows.length / dim;
    for (; next < order.length && positions[order[next]!]! < end; next += 1) {
      const from = (positions[order[next]!]! - first) * dim;
      out.set(rows.subarray(from, from + dim), places[order[next]!]! * dim);
    }
  }
}
