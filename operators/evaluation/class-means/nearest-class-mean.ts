import type { VectorSet } from '../vectors/vector-set.ts';
import type { ClassSums } from './class-sums.ts';
import { classMeans, directionsOf, noDirection } from './class-vectors.ts';
import { rowProducts, type SharedPassOptions } from './row-products.ts';

/** Options of the classification by class means. */
export interface NearestClassMeanOptions extends SharedPassOptions {
  /** The rows are among those of the means: each is taken out of that of its class. @default false */
  readonly leaveOneOut?: boolean | undefined;
}

/**
 * Nearest-class-mean classification: the class whose mean of unit training rows, L2-normalised, has the largest cosine
 * with the row. It is the classifier that supervised contrastive training optimises for, without any training.
 *
 * Ties: the lowest class. A mean of opposite rows, which is no longer than the rounding of float32, has no direction
 * and is nobody's. Leave-one-out the row is not in the mean of its class, and a class of one row has none for it.
 *
 * Reads `test` once. Memory: two arrays of float64 as large as the sums.
 *
 * @param test Unit rows, labels counted in the classes of `sums`.
 * @param sums Class sums of the unit training rows.
 * @returns `[count]` int32 class of each row, -1 when no class has a mean.
 * @throws The reason of `signal`, when it aborts first.
 * @see Mensink et al., Distance-based image classification, 2013; scikit-learn `NearestCentroid` on unit rows and
 * centroids; Koromilas et al., arXiv:2605.20302, for its use after supervised contrastive training.
 */
export async function nearestClassMean(
  test: VectorSet,
  sums: ClassSums,
  { leaveOneOut = false, ...pass }: NearestClassMeanOptions = {},
): Promise<Int32Array> {
  const { dim, labels } = test;
  const { present, vectors } = directionsOf(classMeans(sums, dim), dim);
  const predicted = new Int32Array(test.count).fill(-1);
  await rowProducts(
    test,
    vectors,
    ({ position, row, products }) => {
      const own = leaveOneOut ? labels[position]! : -1;
      let most = Number.NEGATIVE_INFINITY;
      for (let at = 0; at < present.length; at += 1) {
        const label = present[at]!;
        const cosine = label === own ? cosineWithout(row, sums, label) : products[at]!;
        // NaN, where there is no direction, is not larger.
        if (cosine > most) [most, predicted[position]] = [cosine, label];
      }
    },
    pass,
  );
  return predicted;
}

/** Cosine of a row with the mean of the other rows of its class; NaN when that has no direction. */
function cosineWithout(row: Float32Array, { counts, sums }: ClassSums, label: number): number {
  const start = label * row.length;
  let [product, squares] = [0, 0];
  for (let d = 0; d < row.length; d += 1) {
    const other = sums[start + d]! - row[d]!;
    product += row[d]! * other;
    squares += other * other;
  }
  const length = Math.sqrt(squares);
  return length > noDirection * (counts[label]! - 1) ? product / length : Number.NaN;
}
