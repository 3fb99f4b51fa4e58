import type { ClusterSize, RestartState } from './k-means-state.ts';

/** Progress of one Lloyd iteration of a restart. */
export interface LloydUpdate {
  /** Squared distance by which all centres moved. */
  readonly shift: number;
  /** Mean squared distance of rows from their mean, of a row. */
  readonly variance: number;
}

/** A row that could be a centre. */
export interface FarRow {
  /** Cluster that it leaves. */
  readonly cluster: number;
  /** `[dim]` float32. */
  readonly row: Float32Array;
}

/**
 * Update step of Lloyd's algorithm: moves centres to the means of their rows.
 *
 * A cluster without rows gets one of the rows that are farthest from their own centres, which leaves its cluster, unless
 * it is the last one there. A cluster for which there is none left keeps its centre.
 *
 * @param state Its centres, their squares and their order are changed, and the sums where clusters are filled.
 * @param rows Rows of the set.
 * @param far As many rows as there are empty clusters, the farthest first; fewer when there are no others.
 */
export function lloydUpdate(
  state: RestartState,
  { k, dim }: ClusterSize,
  rows: number,
  far: readonly FarRow[],
): LloydUpdate {
  const { centres, squares, sums, counts } = state;
  const variance = varianceOf(sums, dim, rows);
  fillEmptyClusters(state, dim, far);
  const moved = new Uint8Array(k);
  let shift = 0;
  for (let c = 0; c < k; c += 1) {
    const count = counts[c]!;
    if (count === 0) continue;
    let square = 0;
    for (let at = c * dim; at < (c + 1) * dim; at += 1) {
      const mean = sums[at]! / count;
      if (mean !== centres[at]) moved[c] = 1;
      shift += (mean - centres[at]!) ** 2;
      centres[at] = mean;
      square += mean * mean;
    }
    squares[c] = square;
  }
  orderByMoved(state, moved);
  return { shift, variance };
}

/** Numbers of the clusters without rows. */
export function emptyClusters({ counts }: RestartState): readonly number[] {
  return Array.from(counts.keys()).filter((c) => counts[c] === 0);
}

/** Every centre counts as moved. */
export function allMoved({ order, moved }: RestartState): void {
  for (let c = 0; c < order.length; c += 1) order[c] = c;
  moved[0] = order.length;
}

function orderByMoved({ order, moved: count }: RestartState, moved: Uint8Array): void {
  let at = 0;
  for (const wanted of [1, 0]) {
    for (let c = 0; c < moved.length; c += 1) if (moved[c] === wanted) order[at++] = c;
    if (wanted === 1) count[0] = at;
  }
}

/** Rows have length 1, so that their variance is what the mean lacks of it. */
function varianceOf(sums: Float64Array, dim: number, rows: number): number {
  let square = 0;
  for (let d = 0; d < dim; d += 1) {
    let sum = 0;
    for (let at = d; at < sums.length; at += dim) sum += sums[at]!;
    square += (sum / rows) ** 2;
  }
  return 1 - square;
}

function fillEmptyClusters(state: RestartState, dim: number, far: readonly FarRow[]): void {
  const { sums, counts } = state;
  const empty = [...emptyClusters(state)];
  for (const { cluster: from, row } of far) {
    // The last row of a cluster stays, or that one would be empty instead.
    if (counts[from]! < 2) continue;
    const to = empty.shift();
    if (to === undefined) return;
    for (let d = 0; d < dim; d += 1) {
      sums[from * dim + d]! -= row[d]!;
      sums[to * dim + d] = row[d]!;
    }
    counts[from]! -= 1;
    counts[to] = 1;
  }
}
