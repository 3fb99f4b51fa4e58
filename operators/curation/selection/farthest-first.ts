import { setImmediate } from 'node:timers/promises';
import { exactProducts } from '../../evaluation/neighbours/exact-products.ts';
import { farthestPool, type PlacedRow, precedes } from './farthest-pool.ts';
import type { NearestChosen } from './nearest-chosen.ts';

/**
 * Farthest-first traversal: chooses the row whose nearest chosen row is farthest, time and again; of equal ones the first.
 *
 * Exact although it looks at a pool of rows alone: similarities of rows outside can only have grown since the refresh,
 * so that none of them precedes a row of the pool that precedes what the best of them was then. Ends when no row
 * of the pool does, or `until` are chosen.
 *
 * @see Gonzalez, Clustering to minimize the maximum intercluster distance, 1985.
 */
export async function farthestFirst(
  state: NearestChosen,
  until: number,
  afterSome: () => void,
): Promise<void> {
  const { similarities, taken, most } = state;
  const { dim } = state.rows;
  const { positions, outside } = farthestPool(similarities, taken, most);
  const rows = await state.gather(positions);
  let live = Array.from(positions, (position, at): PoolRow => {
    return { position, start: at * dim, similarity: similarities[position]! };
  });
  const starts = new Int32Array(live.length);
  const out = new Float64Array(live.length + 3);
  while (state.positions.length < until) {
    live = live.filter((row) => precedes(row, outside));
    const best = firstOf(live);
    if (best === undefined) return;
    state.choose(best.position, best.similarity, rows.subarray(best.start, best.start + dim));
    live = live.filter((row) => row !== best);
    for (const [at, { start }] of live.entries()) starts[at] = start;
    const { start } = best;
    exactProducts({ dim, rows, start, others: rows, starts, count: live.length, out });
    for (const [at, row] of live.entries()) row.similarity = Math.max(row.similarity, out[at]!);
    if (state.positions.length % choicesAtOnce !== 0) continue;
    await setImmediate();
    afterSome();
  }
}

/** Choices after which progress is told and an abort is heard. */
const choicesAtOnce = 64;

interface PoolRow extends PlacedRow {
  readonly start: number;
  similarity: number;
}

function firstOf(rows: readonly PoolRow[]): PoolRow | undefined {
  let best = rows[0];
  for (const row of rows) if (best !== undefined && precedes(row, best)) best = row;
  return best;
}
