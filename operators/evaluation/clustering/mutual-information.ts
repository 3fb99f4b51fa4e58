import { contingency, type Contingency } from './contingency.ts';

/**
 * Normalised mutual information of two labellings: `I(a; b) / mean(H(a), H(b))`, from 0, independent, to 1, the same
 * up to names. Two labellings of a single label each are the same.
 *
 * No statistic for a bootstrap: copies of an image share both labels, so that resamples agree more than what they are
 * drawn from.
 *
 * @param a `[images]` int32 first label of each image, such as its class; -1 leaves it out.
 * @param b `[images]` int32 second label, such as its cluster.
 * @returns Null when no image has both labels.
 * @throws {RangeError} When the two have different lengths.
 * @see scikit-learn `normalized_mutual_info_score`, with its default of the arithmetic mean.
 */
export function normalisedMutualInformation(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  images?: ArrayLike<number>,
): number | null {
  const table = contingency(a, b, images);
  if (table.total === 0) return null;
  const mean = (entropy(table.byRow, table.total) + entropy(table.byColumn, table.total)) / 2;
  return mean === 0 ? 1 : within0And1(mutualInformation(table) / mean);
}

/**
 * Mutual information adjusted for chance: 0 on average when clusters of these sizes are drawn at random, 1 when
 * both labellings are the same up to names.
 *
 * `(I − E[I]) / (mean(H(a), H(b)) − E[I])`, the expectation over all labellings with the same sizes.
 *
 * @param a As of `normalisedMutualInformation`, like `b` and `images`.
 * @returns Null when no image has both labels.
 * @throws {RangeError} When the two have different lengths.
 * @see Vinh, Epps and Bailey, 2010; scikit-learn `adjusted_mutual_info_score`.
 */
export function adjustedMutualInformation(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  images?: ArrayLike<number>,
): number | null {
  const table = contingency(a, b, images);
  const { total, byRow, byColumn } = table;
  if (total === 0) return null;
  const [used, usedToo] = [byRow, byColumn].map((sizes) => sizes.filter((size) => size > 0).length);
  // All in one, or each on its own, in both: nothing that chance could do otherwise.
  if (used === usedToo && (used === 1 || used === total)) return 1;
  const mean = (entropy(byRow, total) + entropy(byColumn, total)) / 2;
  const expected = expectedInformation(byRow, byColumn, total);
  const information = mutualInformation(table);
  // Both differences vanish together when one labelling has a single label.
  const room = mean - expected;
  const least = Number.EPSILON;
  return (information - expected) / (room < 0 ? Math.min(room, -least) : Math.max(room, least));
}

/** Mutual information in nats. */
function mutualInformation({ cells, byRow, byColumn, total }: Contingency): number {
  let sum = 0;
  for (const { row, column, count } of cells) {
    sum += count * Math.log((count * total) / (byRow[row]! * byColumn[column]!));
  }
  return Math.max(0, sum / total);
}

function entropy(sizes: Float64Array, total: number): number {
  let sum = 0;
  for (const size of sizes) if (size > 0) sum -= size * Math.log(size / total);
  return sum / total;
}

/**
 * Expected mutual information when both sizes are kept: over the hypergeometric distribution of every count. Labels of
 * one size share their part, so that time grows with different sizes, not with labels.
 */
function expectedInformation(byRow: Float64Array, byColumn: Float64Array, total: number): number {
  const logFactorial = new Float64Array(total + 1);
  for (let n = 2; n <= total; n += 1) logFactorial[n] = logFactorial[n - 1]! + Math.log(n);
  const of = (n: number): number => logFactorial[n]!;
  const columns = [...timesOf(byColumn)];
  let sum = 0;
  for (const [a, rows] of timesOf(byRow)) {
    for (const [b, times] of columns) {
      const fixed = of(a) + of(b) + of(total - a) + of(total - b) - of(total);
      let part = 0;
      for (let n = Math.max(1, a + b - total); n <= Math.min(a, b); n += 1) {
        const probability = Math.exp(fixed - of(n) - of(a - n) - of(b - n) - of(total - a - b + n));
        part += (n / total) * Math.log((n * total) / (a * b)) * probability;
      }
      sum += rows * times * part;
    }
  }
  return sum;
}

/** How often each size occurs, ascending by size; 0 is none. */
function timesOf(sizes: Float64Array): Map<number, number> {
  const times = new Map<number, number>();
  for (const size of sizes.toSorted()) if (size > 0) times.set(size, (times.get(size) ?? 0) + 1);
  return times;
}

/** Rounding may leave 1 + 2⁻⁵². */
function within0And1(value: number): number {
  return Math.min(1, Math.max(0, value));
}
