import type { SharedRows } from '../vectors/shared-rows.ts';
import type { RestartState } from './k-means-state.ts';
import type { FarRow } from './lloyd-update.ts';

/**
 * Rows that are farthest from their centres, the farthest first, of equal distances the first row. None that lies on its
 * centre.
 *
 * Reads the rows once, when any are wanted.
 *
 * @param squares `[rows]` square of each row.
 * @param count Rows that are wanted; there may be fewer.
 */
export async function farRows(
  rows: SharedRows,
  {
    state: { clusters, excess },
    squares,
    dim,
  }: { readonly state: RestartState; readonly squares: Float64Array; readonly dim: number },
  count: number,
): Promise<FarRow[]> {
  if (count === 0) return [];
  const distance = (row: number): number => squares[row]! + excess[row]!;
  // As far as rounding goes.
  const onCentre = 4 * dim * Number.EPSILON;
  const farthest = Uint32Array.from(squares.keys())
    .filter((row) => distance(row) > onCentre)
    .sort((a, b) => distance(b) - distance(a) || a - b)
    .subarray(0, count);
  const found = new Map<number, FarRow>();
  const places = [...farthest].sort((a, b) => a - b);
  let next = 0;
  for await (const chunk of rows.chunks()) {
    for (; next < places.length && places[next]! < chunk.first + chunk.count; next += 1) {
      const start = (places[next]! - chunk.first) * dim;
      const row = chunk.rows.slice(start, start + dim);
      found.set(places[next]!, { cluster: clusters[places[next]!]!, row });
    }
  }
  return Array.from(farthest, (row) => found.get(row)!);
}
