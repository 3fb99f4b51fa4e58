import type { VectorSet } from '../vectors/vector-set.ts';
import type { ClassSums } from './class-sums.ts';
import { classMeans } from './class-vectors.ts';
import { rowProducts, type SharedPassOptions } from './row-products.ts';

/** Cosine distance that rows in float32 cannot tell from 0. */
const noDistance = 1e-6;

/**
 * Silhouettes of the rows of a set, its classes being the clusters, by cosine distance `1 − x · y`.
 *
 * `s(x) = (b − a) / max(a, b)`, where a is the mean distance of x to the other rows of its class and b the least mean
 * distance to the rows of another class; from -1 to 1, and 0 for the only row of a class and where a and b are 0 within
 * the rounding of float32. The mean distance of x to a class of unit rows is `1 − x · mean`, so that all are exact in
 * time linear in rows and classes. NaN without a class, and for all where there is only one.
 *
 * Reads the set once. Memory: an array of float64 as large as the sums, and 8 bytes for each row.
 *
 * @param set Unit rows.
 * @param sums Class sums of the same rows.
 * @returns `[count]` float64.
 * @throws The reason of `signal`, when it aborts first.
 * @see Rousseeuw, Silhouettes, 1987; scikit-learn `silhouette_samples` with `metric='cosine'`.
 */
export async function silhouettes(
  set: VectorSet,
  sums: ClassSums,
  pass: SharedPassOptions = {},
): Promise<Float64Array> {
  const { labels, dim } = set;
  const { present, vectors } = classMeans(sums, dim);
  const found = new Float64Array(set.count).fill(Number.NaN);
  if (present.length < 2) return found;
  await rowProducts(
    set,
    vectors,
    ({ position, row, products }) => {
      const own = labels[position]!;
      if (own < 0) return;
      let [within, between] = [0, Number.POSITIVE_INFINITY];
      for (let at = 0; at < present.length; at += 1) {
        if (present[at] === own) within = distanceToOthers(row, products[at]!, sums.counts[own]!);
        else between = Math.min(between, 1 - products[at]!);
      }
      found[position] = sums.counts[own] === 1 ? 0 : silhouette(within, Math.max(0, between));
    },
    pass,
  );
  return found;
}

/** Mean distance to the other rows of a class, of which the row is one. */
function distanceToOthers(row: Float32Array, product: number, count: number): number {
  let squares = 0;
  for (let d = 0; d < row.length; d += 1) squares += row[d]! * row[d]!;
  return Math.max(0, 1 - (product * count - squares) / (count - 1));
}

function silhouette(within: number, between: number): number {
  const larger = Math.max(within, between);
  return larger < noDistance ? 0 : (between - within) / larger;
}
