import { lengthOfRow } from '../vectors/row-length.ts';
import { evenWidth } from '../vectors/tile-products.ts';
import type { ClassSums } from './class-sums.ts';

/** A vector for each class that has rows. */
export interface ClassVectors {
  /** `[present]` int32 label of each class that has rows, ascending. */
  readonly present: Int32Array;
  /** `[present, dim]` float64, and a row of zeros behind them when they are odd: as `tileProducts` wants them. */
  readonly vectors: Float64Array;
}

/**
 * Class means: the arithmetic mean of the rows of each class that has any.
 *
 * @param dim Length of a row.
 */
export function classMeans({ counts, sums }: ClassSums, dim: number): ClassVectors {
  const present = Int32Array.from(counts.keys()).filter((label) => counts[label]! > 0);
  const vectors = new Float64Array(evenWidth(present.length) * dim);
  for (const [at, label] of present.entries()) {
    const count = counts[label]!;
    for (let d = 0; d < dim; d += 1) vectors[at * dim + d] = sums[label * dim + d]! / count;
  }
  return { present, vectors };
}

/** Length below which the mean of unit rows in float32 has no direction: that of their rounding. */
export const noDirection: number = 2 ** -24;

/** Directions of vectors: L2-normalised; NaN for one that has none, such as the mean of two opposite rows. */
export function directionsOf({ present, vectors }: ClassVectors, dim: number): ClassVectors {
  const directions = vectors.slice();
  for (let at = 0; at < present.length; at += 1) {
    const direction = directions.subarray(at * dim, (at + 1) * dim);
    const length = lengthOfRow(direction);
    for (let d = 0; d < dim; d += 1) {
      direction[d] = length > noDirection ? direction[d]! / length : Number.NaN;
    }
  }
  return { present, vectors: directions };
}
