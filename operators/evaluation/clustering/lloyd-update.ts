import { evenWidth } from '../vectors/tile-products.ts';
import { tallyNumbers, tallyParts, type ClusterSize } from './k-means-work.ts';

/** Progress of one Lloyd iteration of a restart. */
export interface LloydUpdate {
  /** Summed squared distance of rows to the centres before. */
  readonly inertia: number;
  /** Squared distance by which all centres moved. */
  readonly shift: number;
  /** Mean squared distance of rows from their mean, of a row. */
  readonly variance: number;
}

/**
 * Update step of Lloyd's algorithm: moves centres to the means of their rows.
 *
 * A cluster without rows gets the row that is farthest from its own centre, which leaves its cluster; several such
 * clusters get one row each from what the lanes found, the farthest first. A cluster for which there is no row
 * left keeps its centre.
 *
 * @param tallies One for each lane, which `tallyNumbers` describes.
 * @param centres `[width, dim]`, changed.
 * @param rows Rows of the set.
 */
export function lloydUpdate(
  tallies: readonly Float64Array[],
  centres: Float64Array,
  size: ClusterSize,
  rows: number,
): LloydUpdate {
  const { k, dim } = size;
  const parts = tallyParts(size);
  const summed = new Float64Array(tallyNumbers(size));
  for (const tally of tallies) {
    for (let at = 0; at <= parts.inertia; at += 1) summed[at]! += tally[at]!;
  }
  const variance = varianceOf(summed, size, rows);
  fillEmptyClusters(tallies, summed, size);

  let shift = 0;
  for (let c = 0; c < k; c += 1) {
    const count = summed[parts.rows + c]!;
    if (count === 0) continue;
    for (let at = c * dim; at < (c + 1) * dim; at += 1) {
      const mean = summed[at]! / count;
      shift += (mean - centres[at]!) ** 2;
      centres[at] = mean;
    }
  }
  return { inertia: summed[parts.inertia]!, shift, variance };
}

/** Rows have length 1, so that their variance is what the mean lacks of it. */
function varianceOf(summed: Float64Array, { k, dim }: ClusterSize, rows: number): number {
  let square = 0;
  for (let d = 0; d < dim; d += 1) {
    let sum = 0;
    for (let c = 0; c < evenWidth(k); c += 1) sum += summed[c * dim + d]!;
    square += (sum / rows) ** 2;
  }
  return 1 - square;
}

function fillEmptyClusters(
  tallies: readonly Float64Array[],
  summed: Float64Array,
  size: ClusterSize,
): void {
  const { k, dim } = size;
  const parts = tallyParts(size);
  const empty = Array.from({ length: k }, (_, c) => c).filter((c) => summed[parts.rows + c] === 0);
  if (empty.length === 0) return;
  const candidates = tallies
    .map((tally) => tally.subarray(parts.farthest))
    .filter((candidate) => candidate[0]! > 0)
    .toSorted((a, b) => b[0]! - a[0]! || a[1]! - b[1]!);
  for (const candidate of candidates) {
    const from = candidate[2]!;
    // The last row of a cluster stays, or that one would be empty instead.
    if (summed[parts.rows + from]! < 2) continue;
    const to = empty.shift();
    if (to === undefined) return;
    for (let d = 0; d < dim; d += 1) {
      summed[from * dim + d]! -= candidate[3 + d]!;
      summed[to * dim + d] = candidate[3 + d]!;
    }
    summed[parts.rows + from]! -= 1;
    summed[parts.rows + to] = 1;
  }
}
