import { permutation, type Random } from '../../random.ts';
import { squaredDistance } from './squared-distance.ts';

/** Rows whose distances are looked at, at most. */
const sampleRows = 500;

/**
 * Median heuristic: the median distance of two rows, of all pairs or of those among 500 rows chosen by `random`. Of an
 * even number of pairs it is the lower of the two middle ones. Pairs of equal rows count only while more than half
 * are not; null when all rows are equal.
 *
 * The rows of both sides are looked at as one, so that a relabelling does not change it.
 *
 * @param rows `[count, dim]` float32.
 * @see Gretton et al., A kernel two-sample test, JMLR 13, 2012 (the median heuristic).
 */
export function medianDistance(
  rows: Float32Array,
  { count, dim }: { readonly count: number; readonly dim: number },
  random: Random,
): number | null {
  const chosen =
    count <= sampleRows
      ? Uint32Array.from({ length: count }, (_, at) => at)
      : permutation(count, random).subarray(0, sampleRows).toSorted();
  const squares = new Float64Array((chosen.length * (chosen.length - 1)) / 2);
  let pairs = 0;
  for (let a = 0; a < chosen.length; a += 1) {
    for (let b = 0; b < a; b += 1) {
      squares[pairs++] = squaredDistance(rows, chosen[a]! * dim, chosen[b]! * dim, dim);
    }
  }
  squares.sort();
  const median = lowerMedian(squares);
  const apart = median > 0 ? median : lowerMedian(squares.filter((square) => square > 0));
  return apart > 0 ? Math.sqrt(apart) : null;
}

/** Of ascending numbers; 0 of none. */
function lowerMedian(ascending: Float64Array): number {
  return ascending[(ascending.length - 1) >> 1] ?? 0;
}
