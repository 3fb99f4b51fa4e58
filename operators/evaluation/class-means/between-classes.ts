import { evenWidth } from '../vectors/tile-products.ts';
import { lengthOfRow } from '../vectors/row-length.ts';
import { orthogonaliseRows } from './orthogonal-rows.ts';

/**
 * Singular values at or below this share of the largest count as 0: NumPy's `pinv` cuts at 1e-15 of the largest
 * eigenvalue, their square, and means of float32 rows are no better.
 */
const leastSingular = Math.sqrt(1e-15);

/** Classes or dimensions, whichever are fewer, beyond which the space is not decomposed: it takes their cube. */
export const mostBetween = 1024;

/**
 * Whitened basis of the space between classes: `[rank, dim]` rows `u / s` for each left singular vector u and singular
 * value s of the `[dim, classes]` centred means M, so that `(M Mᵀ)⁺` is the sum of `(u / s)(u / s)ᵀ`. Zeros follow to
 * an even number of rows.
 *
 * Memory: the smaller of both sizes squared more than the means.
 *
 * @param centred `[classes, dim]` float64 class means, from which their mean was taken.
 * @returns Null of more than 1,024 classes and dimensions.
 * @throws The reason of `signal`, when it aborts first.
 */
export async function whitenedBasis(
  centred: Float64Array,
  { classes, dim }: { readonly classes: number; readonly dim: number },
  signal?: AbortSignal,
): Promise<Float64Array | null> {
  if (Math.min(classes, dim) > mostBetween) return null;
  const scaled =
    classes <= dim
      ? await singularRows(centred, classes, dim, signal)
      : await singularColumns(centred, classes, dim, signal);
  const largest = Math.max(...scaled.map(({ singular }) => singular));
  // Centred means sum to 0: there is one direction fewer than classes.
  const kept = scaled
    .filter(({ singular }) => singular > leastSingular * largest)
    .sort((a, b) => b.singular - a.singular)
    .slice(0, classes - 1);
  const basis = new Float64Array(evenWidth(kept.length) * dim);
  for (const [at, { direction, singular }] of kept.entries()) {
    const length = lengthOfRow(direction);
    for (let d = 0; d < dim; d += 1) basis[at * dim + d] = direction[d]! / length / singular;
  }
  return basis;
}

interface SingularDirection {
  readonly singular: number;
  /** `[dim]`, of any length. */
  readonly direction: Float64Array;
}

/** Rows of the rotated means are singular values times directions. */
async function singularRows(
  centred: Float64Array,
  classes: number,
  dim: number,
  signal?: AbortSignal,
): Promise<SingularDirection[]> {
  const matrix = centred.slice(0, classes * dim);
  await orthogonaliseRows(matrix, { rows: classes, compared: dim, least: leastSingular }, signal);
  return Array.from({ length: classes }, (_, at) => {
    const direction = matrix.subarray(at * dim, (at + 1) * dim);
    return { singular: lengthOfRow(direction), direction };
  });
}

/** Of fewer dimensions than classes the dimensions are rotated, and an identity along with them. */
async function singularColumns(
  centred: Float64Array,
  classes: number,
  dim: number,
  signal?: AbortSignal,
): Promise<SingularDirection[]> {
  const width = classes + dim;
  const matrix = new Float64Array(dim * width);
  for (let d = 0; d < dim; d += 1) {
    for (let at = 0; at < classes; at += 1) matrix[d * width + at] = centred[at * dim + d]!;
    matrix[d * width + classes + d] = 1;
  }
  await orthogonaliseRows(matrix, { rows: dim, compared: classes, least: leastSingular }, signal);
  return Array.from({ length: dim }, (_, d) => {
    const row = matrix.subarray(d * width, (d + 1) * width);
    return { singular: lengthOfRow(row.subarray(0, classes)), direction: row.subarray(classes) };
  });
}
